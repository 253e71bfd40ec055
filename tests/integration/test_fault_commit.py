"""What QUIT does to the mailbox, and what it leaves alone, on servers of several kinds.

The fault server keeps the truth: flags and messages after the session, and the record of commands.
`judge` (fault_gateway.py) holds the promises about deletion in every one of these tests as well.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import (FOREIGN_UID, SECOND, SMALL, UIDS, FaultyUpstreamCase)
from tests.support.imap_commands import MODERN

BYE = b"+OK bye\r\n"
READ_ONLY = b"-ERR [SYS/PERM] mailbox is read-only\r\n"


class CommitCase(FaultyUpstreamCase):
    def said(self, seen):
        """The commands since, without those of the login."""
        return [command.line for command in self.server.commands[seen:]
                if command.line.startswith(("UID", "EXPUNGE", "CLOSE", "SELECT", "CREATE"))]

    def judged(self, *script):
        """A session, its promises held; what it heard, and the commands it caused."""
        seen = len(self.server.commands)
        heard = self.session(*script)
        self.judge(heard, seen)
        return heard, self.said(seen)


class UidplusTest(CommitCase):
    def test_G001_M115_T061_quit_removes_exactly_what_was_deleted(self):
        self.new_user()

        heard, said = self.judged("DELE 1", "DELE 3", "QUIT")

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), [5, FOREIGN_UID])
        self.assertEqual(self.inbox.flagged(r"\Deleted"), [FOREIGN_UID])
        self.assertIn("UID EXPUNGE 3,8", said)

    def test_M119_T061_close_is_never_sent(self):
        self.new_user()

        for script in (["QUIT"], ["DELE 1", "QUIT"], ["RETR 2", "QUIT"], ["DELE 1"]):
            self.session(*script)
        self.server.wait_closed()

        self.assertEqual(self.server.lines("CLOSE|EXPUNGE|UNSELECT"), [])

    def test_M120_T061_ranges_span_nothing_that_was_not_deleted(self):
        self.new_user(*[SMALL] * 9)

        heard, said = self.judged("DELE 1", "DELE 2", "DELE 3", "DELE 5", "DELE 8", "DELE 9",
                                  "QUIT")

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), [4, 6, 7])
        self.assertIn("UID EXPUNGE 1:3,5,8:9", said)

    def test_G001_M125_a_client_that_goes_without_quit_changes_nothing(self):
        for ending in ("close", "reset"):
            with self.subTest(ending):
                self.new_user()
                client = self.entered()
                seen = len(self.server.commands)
                client.say("RETR 1", "DELE 1", "DELE 2")

                getattr(client, ending)()
                self.server.wait_closed()

                self.assertEqual(self.said(seen), ["UID FETCH 3 (UID BODY.PEEK[])"])
                self.assertEqual(self.inbox.uids(), list(UIDS))
                self.assertEqual(self.inbox.flagged(r"\Seen"), [])

    def test_M126_a_client_that_goes_right_behind_quit_gets_its_commit(self):
        for ending in ("close", "reset"):
            with self.subTest(ending):
                self.new_user()
                self.server.on("UID STORE", ["hold", ending])
                client = self.entered()
                client.say("DELE 1")
                client.send(b"QUIT\r\n")
                self.server.wait_held(ending)

                getattr(client, ending)()
                self.server.release(ending)
                self.server.wait_for("UID SEARCH")
                self.server.wait_closed()

                self.assertEqual(self.inbox.uids(), list(UIDS[1:]))

    def test_M111_retr_asks_by_peek_and_flags_nothing_before_quit(self):
        self.new_user()
        client = self.entered()
        seen = len(self.server.commands)

        client.say("RETR 1", "TOP 2 1", "TOP 3 0")

        self.assertEqual(self.inbox.flagged(r"\Seen"), [])
        self.assertTrue(self.said(seen))
        for line in self.said(seen):
            self.assertRegex(line, r"UID FETCH \d \(UID BODY\.PEEK\[")

    def test_M112_M128_seen_is_for_whole_retrs_only_and_at_quit_only(self):
        self.new_user()
        self.server.on("UID FETCH 5 ", ["refuse", "NO cannot"], times=None)
        client = self.entered()

        client.say("RETR 1", "RETR 2", "TOP 3 99999999", "TOP 4 0")
        self.assertEqual(self.inbox.flagged(r"\Seen"), [])
        client.say("QUIT")

        self.assertEqual(self.inbox.flagged(r"\Seen"), [UIDS[0]])

    def test_M112_top_gives_header_and_so_many_lines(self):
        self.new_user()
        header, body = SECOND.split(b"\r\n\r\n")
        for count, expected in ((0, header + b"\r\n\r\n"), (1, header + b"\r\n\r\n" + body),
                                (99_999_999, SECOND)):
            with self.subTest(count):
                heard = self.session(f"TOP 2 {count}", "QUIT")

                self.assertEqual(heard.bodies[f"TOP 2 {count}"], expected)
        large = self.before[8].splitlines(True)
        for count in (0, 1, 7, 3999):
            with self.subTest(large=count):
                heard = self.session(f"TOP 3 {count}", "QUIT")

                self.assertEqual(heard.bodies[f"TOP 3 {count}"], b"".join(large[:2 + count]))

    def test_F025_M129_a_mailbox_that_is_read_only_refuses_to_delete(self):
        self.new_user()
        self.inbox.read_only = True

        heard, _ = self.judged("DELE 1", "RETR 1", "QUIT")

        self.assertEqual(heard.said("DELE 1"), READ_ONLY)
        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), list(UIDS))

    def test_F025_M129_one_that_turns_out_to_be_read_only_at_quit_says_so_then(self):
        self.new_user()
        self.session("QUIT")  # known from now on, and opened by EXAMINE
        self.inbox.read_only = True

        heard, said = self.judged("DELE 1", "QUIT")

        self.assertTrue(heard.good("DELE 1"))
        self.assertEqual(heard.said("QUIT"), READ_ONLY)
        self.assertEqual(self.inbox.uids(), list(UIDS))
        self.assertFalse([line for line in said if "STORE" in line or "EXPUNGE" in line])


class NoUidplusTest(CommitCase):
    server_settings = {"capabilities": ("LITERAL+", "SASL-IR")}

    def test_G001_M116_T061_without_uidplus_and_with_foreign_flags_nothing_is_expunged(self):
        self.new_user()

        heard = self.session("DELE 1", "QUIT")

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.server.lines("EXPUNGE|UID EXPUNGE|CLOSE"), [])
        self.assertEqual(self.inbox.uids(), list(UIDS))
        self.assertEqual(self.inbox.flagged(r"\Deleted"), [UIDS[0], FOREIGN_UID])
        listed = self.session("UIDL", "QUIT").bodies["UIDL"]
        self.assertEqual(listed.count(b"\r\n"), 2, "ours is hidden afterwards")

    def test_M117_T061_without_foreign_flags_it_is_made_sure_of_before_the_expunge(self):
        self.new_user(SMALL, SECOND, SMALL)

        heard, said = self.judged("DELE 1", "DELE 3", "QUIT")

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), [2])
        commit = said[said.index(r"UID STORE 1,3 +FLAGS.SILENT (\Deleted)"):]
        self.assertEqual([line.split(" 1,")[0] for line in commit[1:]],
                         ["UID SEARCH DELETED", "EXPUNGE", "UID SEARCH UID"])

    def test_G001_M117_a_flag_set_meanwhile_by_somebody_else_stops_the_expunge(self):
        self.new_user(SMALL, SECOND, SMALL)
        self.server.on("UID STORE", ["flag", 2, "\\Deleted"])

        heard = self.session("DELE 1", "QUIT")

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), [1, 2, 3])

    def test_M117_F040_F041_a_link_lost_at_any_step_removes_nothing_else(self):
        for step in ("UID SEARCH DELETED", "UID STORE", "EXPUNGE", "UID SEARCH UID"):
            for acts in (True, False):
                with self.subTest(step=step, acts=acts):
                    self.new_user(SMALL, SECOND, SMALL)
                    client = self.entered()
                    self.server.on(step, ["replace", ""], "close", acts=acts)

                    heard = client.say("DELE 1", "QUIT")

                    self.judge(heard)
                    self.assertEqual(heard.said("QUIT"), BYE)
                    self.assertEqual(self.inbox.uids(), [2, 3])


class TrashCase(CommitCase):
    settings = {"pop3": {"delete": "trash"}}

    def add_trash(self):
        account = self.server.store.accounts[self.user]
        self.trash = account.create("Papierkorb", special_use=r"\Trash")

    def delete_one(self):
        self.new_user(SMALL, SECOND)
        self.add_trash()
        return self.judged("DELE 1", "QUIT")


class MoveTest(TrashCase):
    def test_M127_trash_moves(self):
        heard, said = self.delete_one()

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), [2])
        self.assertEqual(list(self.trash.bodies().values()), [SMALL])
        self.assertTrue([line for line in said if line.startswith("UID MOVE 1 ")], said)

    def test_M127_a_move_that_fails_removes_nothing(self):
        self.new_user(SMALL, SECOND)
        self.add_trash()
        self.server.on("UID MOVE", ["refuse", "NO over quota"], times=None)
        heard, _ = self.judged("DELE 1", "QUIT")

        self.assertTrue(heard.said("QUIT").startswith(b"-ERR [SYS/TEMP] 1 of 1"), heard.lines)
        self.assertEqual(self.inbox.uids(), [1, 2])


class CopyTest(TrashCase):
    server_settings = {"capabilities": tuple(word for word in MODERN if word != "MOVE")}

    def test_M127_without_move_a_copy_is_made_before_the_removal(self):
        heard, said = self.delete_one()

        self.assertEqual(heard.said("QUIT"), BYE)
        self.assertEqual(self.inbox.uids(), [2])
        self.assertEqual(list(self.trash.bodies().values()), [SMALL])
        copied = next(at for at, line in enumerate(said) if line.startswith("UID COPY 1 "))
        removed = next(at for at, line in enumerate(said) if line.startswith("UID EXPUNGE 1"))
        self.assertLess(copied, removed)

    def test_G001_M127_a_copy_that_fails_removes_nothing(self):
        for name, actions, acts in (("refused", [["refuse", "NO over quota"]], True),
                                    ("bad", [["refuse", "BAD what"]], True),
                                    ("lost", [["replace", ""], "close"], False)):
            with self.subTest(name):
                self.new_user(SMALL, SECOND)
                self.add_trash()
                self.server.on("UID COPY", *actions, times=None, acts=acts)

                heard, said = self.judged("DELE 1", "QUIT")

                self.assertTrue(heard.said("QUIT").startswith(b"-ERR [SYS/TEMP]"), heard.lines)
                self.assertEqual(self.inbox.uids(), [1, 2])
                self.assertFalse([line for line in said if "STORE" in line or "EXPUNGE" in line])


if __name__ == "__main__":
    unittest.main()
