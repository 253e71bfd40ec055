"""The list that a POP3 client is shown, from servers that count wrongly, change it, or flood.

A list is complete and exact or it is an error; messages keep number, size and UIDL for the whole
session whatever becomes of the mailbox (G-7).
"""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import (FOREIGN, FOREIGN_UID, LARGE, LISTS, POLL, SECOND,
                                             SMALL, UIDS, FaultyUpstreamCase)
from tests.support.imap_commands import MODERN

UNAVAILABLE = b"-ERR [SYS/TEMP] mail service unavailable, wait and try again\r\n"
LIST = r"UID FETCH 1:\*"


class ListTest(FaultyUpstreamCase):
    def assert_refused(self, heard):
        for command in LISTS:
            self.assertEqual(heard.said(command), UNAVAILABLE)

    def assert_listed(self, heard):
        for command in ("PASS", *POLL):
            self.assertTrue(heard.good(command), (command, heard.lines))

    def test_M074_M075_F026_T054_a_list_that_is_not_what_exists_says_is_refused(self):
        for name, actions in (("one missing", [["drop", "2 FETCH"]]),
                              ("all missing", [["drop", r"\d+ FETCH"]]),
                              ("one too many",
                               [["before", "* 5 FETCH (UID 77 RFC822.SIZE 9)\r\n"]]),
                              ("more exist", [["before_tagged", "* 7 EXISTS\r\n"]]),
                              ("fewer exist", [["before_tagged", "* 2 EXISTS\r\n"]]),
                              ("none exist", [["before_tagged", "* 0 EXISTS\r\n"]])):
            with self.subTest(name):
                heard = self.play(LIST, actions, POLL)

                if name == "more exist":  # new mail: what was there is complete
                    self.assert_listed(heard)
                else:
                    self.assert_refused(heard)

    def test_M074_F026_missing_lines_are_asked_for_once_more(self):
        heard = self.play(LIST, [["drop", "2 FETCH"]], POLL, times=1)

        self.assert_listed(heard)

    def test_F026_a_uid_of_zero_is_refused(self):
        heard = self.play(LIST, [["uid", 0]], POLL)

        self.assert_refused(heard)

    def test_F026_lines_told_twice_and_in_disorder_make_one_list(self):
        for name, actions in (("twice", [["repeat", 2]]),
                              ("in disorder", [["drop", "1 FETCH"], ["before_tagged",
                               f"* 1 FETCH (UID 3 RFC822.SIZE {len(SMALL)})\r\n"]])):
            with self.subTest(name):
                self.assert_listed(self.play(LIST, actions, POLL))

    def test_F026_one_uid_for_all_messages_is_refused(self):
        self.assert_refused(self.play(LIST, [["uid", 3]], POLL))

    def test_M080_M081_lines_of_the_list_in_any_shape_are_credited_to_the_uid(self):
        for name, actions in (("UID last", [["uid_last"]]), ("wrong number", [["sequence", 1]]),
                              ("unknown items", [["extra", 'X-A (1 "b" NIL) FLAGS (\\Seen)']]),
                              ("a literal", [["extra", "X-B {5}\r\na)\r\nb"]])):
            with self.subTest(name):
                self.assert_listed(self.play(LIST, actions, POLL))

    def test_T050_T056_sizes_that_are_no_numbers_are_refused(self):
        for size in ("-1", "0x10", "99999999999999999999", "1 2"):
            with self.subTest(size):
                heard = self.play(LIST, [["drop", "1 FETCH"], ["before",
                                  f"* 1 FETCH (UID 3 RFC822.SIZE {size})\r\n"]], POLL)

                self.assertFalse(heard.good("STAT"), heard.lines)

    def test_T056_totals_of_sizes_that_lie_do_not_wrap(self):
        self.new_user()
        for uid in UIDS:
            self.inbox.find(uid).told_size = 2**62

        heard = self.session(*POLL)

        self.assert_refused(heard)

    def test_T052_T054_exists_of_billions_is_refused_without_memory_for_it(self):
        heard = self.play("select", [["before_tagged", "* 4294967295 EXISTS\r\n"]], POLL)

        self.assertTrue(heard.said("PASS").startswith(b"-ERR [SYS/PERM]"), heard.lines)

    def test_T053_sets_over_the_whole_number_space_cost_nothing(self):
        everything = '* ESEARCH (TAG "{tag}") UID ALL 1:4294967295\r\n'
        heard = self.play("proof", [["before", everything]], ("DELE 1", "QUIT"))

        self.assertTrue(heard.said("QUIT").startswith(b"-ERR [SYS/TEMP] 1 of 1"), heard.lines)

    def test_M078_mail_that_comes_or_goes_during_the_load_leaves_a_consistent_list(self):
        for name, actions in (("comes", [["deliver", "Subject: new\r\n\r\n"]]),
                              ("goes", [["expunge", 5]]),
                              ("both", [["deliver", "Subject: new\r\n\r\n"], ["expunge", 5]])):
            with self.subTest(name):
                self.new_user()
                self.server.on(LIST, *actions)

                heard = self.session("STAT", "LIST", "UIDL", "RETR 1", "QUIT")

                self.assertTrue(heard.good("STAT"), heard.lines)
                count = int(heard.said("STAT").split()[1])
                self.assertEqual(heard.bodies["LIST"].count(b"\r\n"), count)
                uids = [int(line.split()[1][:8], 16)
                        for line in heard.bodies["UIDL"].splitlines()]
                self.assertEqual(len(uids), count)
                self.assertIn(uids, (list(UIDS), self.inbox.uids()))
                self.assertEqual(heard.bodies["RETR 1"], SMALL)

    def test_G007_M082_F038_what_happens_in_mid_session_moves_no_number(self):
        self.new_user()
        client = self.entered()
        before = client.say("LIST", "UIDL")
        listed, named = before.bodies["LIST"], before.bodies["UIDL"]
        self.inbox.add(b"Subject: new\r\n\r\n")
        self.inbox.expunge([3])
        client.say("RETR 2")  # now the server tells
        self.server.on("UID FETCH 8", ["before", "* 3 EXPUNGE\r\n* 9 EXISTS\r\n"
                                       "* 2 FETCH (UID 5 FLAGS () RFC822.SIZE 7)\r\n"])

        heard = client.say("RETR 3", "STAT", "LIST", "UIDL", "QUIT")

        self.assertEqual(heard.said("STAT"), b"+OK 4 %d\r\n" % sum(map(len, self.before.values())))
        self.assertEqual(heard.bodies["LIST"], listed)
        self.assertEqual(heard.bodies["UIDL"], named)
        self.assertEqual(heard.bodies["RETR 2"], SECOND)
        self.assertEqual(heard.bodies["RETR 3"], LARGE)

    def test_M079_T061_only_uids_are_ever_sent(self):
        self.new_user()
        self.session("STAT", "LIST", "UIDL", "RETR 3", "TOP 3 5", "TOP 1 0", "DELE 1", "QUIT")

        numbered = self.server.lines(r"(FETCH|STORE|COPY|MOVE|SEARCH|EXPUNGE|CLOSE)\b")
        self.assertEqual(numbered, [])
        asked = self.server.lines("UID (FETCH|STORE|EXPUNGE|SEARCH)")
        self.assertTrue(asked)
        for line in asked:
            if not re.match(r"UID FETCH \d+:\* |UID SEARCH", line):
                for number in re.findall(r"\d+", line.split()[2]):
                    self.assertIn(int(number), UIDS)


class FewCapabilitiesTest(FaultyUpstreamCase):
    """Without UIDPLUS our deletions may have to stay flagged, so what is flagged is hidden."""

    server_settings = {"capabilities": ("LITERAL+", "SASL-IR")}

    def test_M088_flagged_mail_is_hidden_by_force_without_uidplus(self):
        self.new_user()

        heard = self.session("STAT", "UIDL", "RETR 4", "QUIT")

        self.assertTrue(heard.said("STAT").startswith(b"+OK 3 "), heard.lines)
        self.assertNotIn(b"%08x" % FOREIGN_UID, heard.bodies["UIDL"])
        self.assertTrue(heard.said("RETR 4").startswith(b"-ERR no such message"))
        self.assertEqual(self.inbox.bodies()[FOREIGN_UID], FOREIGN)


class HiddenTest(FaultyUpstreamCase):
    settings = {"pop3": {"hide_deleted": True}}

    def test_M088_flagged_mail_is_hidden_if_asked_for(self):
        self.new_user()

        heard = self.session("STAT", "DELE 1", "QUIT")

        self.assertTrue(heard.said("STAT").startswith(b"+OK 3 "), heard.lines)
        self.assertEqual(self.inbox.uids(), [5, 8, FOREIGN_UID])

    def test_M120_a_range_of_uids_leaves_out_what_is_hidden(self):
        self.new_user(SMALL, SECOND, SMALL)
        self.inbox.set_flags(self.inbox.find(2), {r"\Deleted"})

        heard = self.session("DELE 1", "DELE 2", "QUIT")

        self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n")
        self.assertEqual(self.inbox.uids(), [2])
        self.assertEqual(self.server.lines("UID EXPUNGE")[-1], "UID EXPUNGE 1,3")


class RestlessValidityTest(FaultyUpstreamCase):
    """As Courier and mailutils: another UIDVALIDITY at each EXAMINE until the first SELECT."""

    server_settings = {"validity_of_examine": False}

    def test_M085_uidls_are_the_same_at_every_poll(self):
        self.new_user()

        seen = {self.session("UIDL", "QUIT").bodies["UIDL"] for _ in range(3)}

        self.assertEqual(len(seen), 1)


class PipelinedLoginTest(FaultyUpstreamCase):
    """LOGIN, EXAMINE and FETCH in one write."""

    settings = {"upstream": {"imap": {"pipeline": "on"}}}

    def test_M086_the_list_may_be_answered_before_the_opening(self):
        for order in ("answers", "interleave"):
            with self.subTest(order):
                heard = self.play("SELECT|EXAMINE", [["gather", 2, order]], POLL, known=True)

                for command in ("PASS", *POLL):
                    self.assertTrue(heard.good(command), (command, heard.lines))

    def test_M086_commands_carried_out_in_the_wrong_order_give_an_error_or_the_truth(self):
        heard = self.play("LOGIN|AUTHENTICATE", [["gather", 3, "reverse"]], POLL, known=True)

        if not heard.good("PASS"):
            self.assertEqual(heard.said("PASS"), UNAVAILABLE)


class UidlPresetTest(FaultyUpstreamCase):
    PRESETS = {
        "dovecot": "%08x%08x" % (3, 1_700_000_000),
        "uw": "%08x%08x" % (1_700_000_000, 3),
        "cyrus": "1700000000.3",
        "uid": "3",
        "dash": "1700000000-3",
        "{uidvalidity:08x}_{uid}": "6553f100_3",
    }

    def test_M090_M091_M092_presets_give_the_documented_strings(self):
        self.new_user()
        for preset, expected in self.PRESETS.items():
            with self.subTest(preset):
                self.assertTrue(self.gateway.reload({"pop3": {"uidl": preset}}))

                heard = self.session("UIDL 1", "UIDL", "QUIT")

                self.assertEqual(heard.said("UIDL 1"), b"+OK 1 %s\r\n" % expected.encode())
                named = [line.split()[1] for line in heard.bodies["UIDL"].splitlines()]
                self.assertEqual(len(set(named)), len(UIDS))
                for uidl in named:
                    self.assertRegex(uidl, rb"\A[!-~]{1,70}\Z")


class ExtraCapabilitiesTest(FaultyUpstreamCase):
    """A server that says everything at once, unasked."""

    server_settings = {"capabilities": MODERN}

    def test_T052_unasked_data_within_bounds_is_ignored(self):
        heard = self.play(LIST, [["flood", "* OK [ALERT] hello\r\n", 500],
                                 ["before", "* FLAGS (\\Odd)\r\n* LIST () \"/\" x\r\n"]], POLL)

        for command in POLL:
            self.assertTrue(heard.good(command), (command, heard.lines))


if __name__ == "__main__":
    unittest.main()
