"""What QUIT does to real mailboxes: others' \\Deleted mail, the trash, UIDLs over many polls.

Servers with UIDPLUS (Dovecot, Cyrus, Courier) and without (mailutils, the legacy front); with MOVE
and without.
"""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fleet import KINDS, Fleet, Lane
from tests.integration.lab import mail
from tests.integration.lab.upstream import expect_ok

_WITH_UIDPLUS = ("dovecot", "cyrus", "courier")
_WITHOUT = ("legacy", "mailutils")
_TRASH = {"dovecot": "Trash", "legacy": "Trash", "cyrus": "Trash", "courier": "INBOX.Trash",
          "mailutils": "Trash"}
_DELETED = r"\Deleted"
_MESSAGES = [mail.ordinary(number) for number in range(1, 6)]
_LANES = {"clear": Lane(), "trash": Lane("starttls", {"delete": "trash"}),
          "flag": Lane("clear", {"delete": "flag:$PopGone", "seen": "never"}),
          "ignore": Lane("clear", {"delete": "ignore"}),
          "hide": Lane("clear", {"hide_deleted": True})}


def setUpModule():
    global fleet
    fleet = Fleet(lanes=_LANES)
    unittest.enterModuleContext(fleet)


def flag_elsewhere(account, uid, change="+FLAGS.SILENT"):
    """What another mail program does that has deleted a message and not yet expunged it."""
    with account.server.imap(account.user) as connection:
        expect_ok(connection.uid("STORE", str(uid), change, f"({_DELETED})"))


def delete(account, *numbers):
    """One session that deletes; the answer to QUIT."""
    with fleet.open(account) as pop3:
        for number in numbers:
            answer = pop3.ask(f"DELE {number}")
            if not answer.startswith(b"+OK"):
                raise AssertionError(f"DELE {number}: {answer!r}")
        return pop3.ask("QUIT")


def uidls(account):
    with fleet.open(account) as pop3:
        lines = pop3.ask_multiline("UIDL")[1]
        pop3.ask("QUIT")
    return re.findall(rb"^\d+ (\S+)\r\n", lines, re.MULTILINE)


class ForeignDeletedTest(unittest.TestCase):
    def test_M115_with_uidplus_others_deleted_mail_stays(self):
        for server in _WITH_UIDPLUS:
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)
                uids = list(account.look())
                flag_elsewhere(account, uids[1])

                goodbye = delete(account, 1, 4)

                self.assertEqual(goodbye, b"+OK bye\r\n")
                self.assertEqual(account.look(),
                                 {uids[1]: {_DELETED}, uids[2]: set(), uids[4]: set()})

    def test_M116_without_uidplus_nothing_is_expunged_while_others_have_deleted_mail(self):
        for server in _WITHOUT:
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)
                uids = list(account.look())
                flag_elsewhere(account, uids[1])

                goodbye = delete(account, 1, 3)  # number 2 is hidden: these are UIDs 1 and 4

                self.assertEqual(goodbye, b"+OK bye\r\n")
                found = account.look()
                self.assertEqual(list(found), uids)
                self.assertEqual([uid for uid in uids if _DELETED in found[uid]],
                                 [uids[0], uids[1], uids[3]])
                self.assertEqual(len(uidls(account)), 2)

    def test_M116_ours_are_expunged_once_nobody_else_has_deleted_mail(self):
        for server in _WITHOUT:
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)
                uids = list(account.look())
                flag_elsewhere(account, uids[1])
                delete(account, 1, 3)
                flag_elsewhere(account, uids[1], "-FLAGS.SILENT")

                shown = uidls(account)

                self.assertEqual(account.look(),
                                 {uids[1]: set(), uids[2]: set(), uids[4]: set()})
                self.assertEqual(uidls(account), shown)
                self.assertEqual(len(shown), 3)

    def test_M117_without_uidplus_ours_are_expunged_if_nobody_else_has_deleted_mail(self):
        for server in _WITHOUT:
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)

                goodbye = delete(account, 2, 5)

                self.assertEqual(goodbye, b"+OK bye\r\n")
                left = [account.server.as_stored(_MESSAGES[number]) for number in (0, 2, 3)]
                self.assertEqual(account.bodies(), left)
                self.assertEqual([held for held in account.look().values() if _DELETED in held],
                                 [])

    def test_M088_mail_that_others_deleted_is_hidden_if_wanted_and_without_uidplus(self):
        for server in KINDS:
            for lane, hides in (("clear", server in _WITHOUT), ("hide", True)):
                with self.subTest(server=server, lane=lane):
                    account = fleet.account(server, lane, *_MESSAGES)
                    flag_elsewhere(account, list(account.look())[2])

                    self.assertEqual(len(uidls(account)), 4 if hides else 5)

    def test_M120_a_range_over_hidden_mail_is_not_written(self):
        for server in _WITH_UIDPLUS:
            with self.subTest(server):
                account = fleet.account(server, "hide", *_MESSAGES)
                uids = list(account.look())
                flag_elsewhere(account, uids[2])

                delete(account, 1, 2, 3, 4)

                self.assertEqual(account.look(), {uids[2]: {_DELETED}})


class ExpungedElsewhereTest(unittest.TestCase):
    def test_F038_mail_that_went_meanwhile_keeps_its_number_and_counts_as_deleted(self):
        for server in KINDS:
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)
                with fleet.open(account) as pop3:
                    stat = pop3.ask("STAT")
                    uids = list(account.look())
                    account.server.expunge_elsewhere(account.user, uids[1])
                    same_stat = pop3.ask("STAT")
                    first, wire = pop3.ask_multiline("RETR 3")
                    said = [pop3.ask(line) for line in ("DELE 2", "QUIT")]

                self.assertEqual(same_stat, stat)
                self.assertTrue(first.startswith(b"+OK"), first)
                self.assertEqual(wire, mail.on_the_wire(_MESSAGES[2]))
                self.assertEqual(said, [b"+OK message 2 deleted\r\n", b"+OK bye\r\n"])
                self.assertEqual(len(account.look()), 4)

    def test_F038_mail_that_went_meanwhile_is_not_invented(self):
        for server in ("dovecot", "legacy", "courier"):
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)
                with fleet.open(account) as pop3:
                    pop3.ask("STAT")
                    account.server.expunge_elsewhere(account.user, list(account.look())[1])
                    answer = pop3.ask("RETR 2")
                    pop3.ask("QUIT")

                self.assertRegex(answer, rb"\A-ERR ")


class TrashTest(unittest.TestCase):
    def test_M127_trash_takes_what_was_deleted_with_move_or_without(self):
        for server, trash in _TRASH.items():
            with self.subTest(server):
                account = fleet.account(server, "trash", *_MESSAGES)

                goodbye = delete(account, 2, 3)

                self.assertEqual(goodbye, b"+OK bye\r\n")
                stored = [account.server.as_stored(text) for text in _MESSAGES]
                self.assertEqual(account.bodies(), [stored[0], stored[3], stored[4]])
                self.assertEqual(account.bodies(trash), stored[1:3])

    def test_flag_marks_and_ignore_does_nothing(self):
        for server in ("dovecot", "cyrus", "courier"):
            for lane, expected in (("flag", {"$PopGone"}), ("ignore", set())):
                with self.subTest(server=server, lane=lane):
                    account = fleet.account(server, lane, *_MESSAGES)

                    goodbye = delete(account, 2)

                    self.assertEqual(goodbye, b"+OK bye\r\n")
                    self.assertEqual(list(account.look().values())[1], expected)


class PollTest(unittest.TestCase):
    def test_M085_uidls_are_the_same_at_every_poll_from_the_first_on(self):
        for server in KINDS:
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)

                polls = [uidls(account) for _ in range(4)]

                self.assertEqual(len(set(polls[0])), 5)
                self.assertEqual(polls[1:], [polls[0]] * 3)

    def test_uidls_of_what_is_left_stay_when_mail_goes_and_comes(self):
        for server in ("dovecot", "legacy", "cyrus", "courier"):
            with self.subTest(server):
                account = fleet.account(server, "clear", *_MESSAGES)
                before = uidls(account)

                delete(account, 1, 3)
                account.server.deliver(account.user, [mail.ordinary(6)])
                after = uidls(account)

                self.assertEqual(after[:3], [before[1], before[3], before[4]])
                self.assertEqual(len(set(before) | set(after)), 6)


if __name__ == "__main__":
    unittest.main()
