"""What is left in the mailbox when the upstream fails while QUIT deletes.

Every fault is played at every step of the commit, for a moment and for good, with the command
carried out or not (a server may act and lose its voice). What counts is the mailbox afterwards:
`judge` holds that QUIT says +OK only if all is gone that was to go, that nothing else is gone, and
that what somebody else flagged stays (G-1).
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import (DELETE, FAULTS, FOREIGN_UID, UIDS,
                                             FaultyUpstreamCase)

LEFT = [5, FOREIGN_UID]  # when all went well
COMMIT = ("SELECT", "store", "expunge", "proof")
NOT_REMOVED = b"-ERR [SYS/TEMP] messages not removed"
# Those after which the link is of no use, so that all is said again on another one.
BREAKING = FAULTS.keys() - {"hang", "no", "bad"}


class DeleteFaults:
    """The rows; the classes at the end say how the upstream is reached."""

    def test_G001_F040_F041_F042_M124_a_link_lost_at_any_step_is_made_again_and_all_repeated(self):
        for step in COMMIT:
            for fault in BREAKING:
                for acts in (True, False):
                    with self.subTest(step=step, fault=fault, acts=acts):
                        heard = self.play(step, fault, DELETE, times=1, acts=acts, known=True)

                        self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n", heard.lines)
                        self.assertEqual(self.inbox.uids(), LEFT)

    def test_G001_F040_F041_F042_a_fault_for_good_at_any_step_is_told(self):
        for step in COMMIT:
            for fault in FAULTS.keys() - {"hang", "no", "bad"}:
                for acts in (True, False):
                    with self.subTest(step=step, fault=fault, acts=acts):
                        heard = self.play(step, fault, DELETE, acts=acts, known=True)

                        self.assertTrue(heard.said("QUIT").startswith(NOT_REMOVED), heard.lines)
                        self.assert_logged("commit.failed", messages="2")

    def test_F040_F041_silence_at_any_step_ends_by_a_deadline(self):
        for step in COMMIT:
            with self.subTest(step):
                heard = self.play(step, "hang", DELETE, known=True)

                self.assertTrue(heard.said("QUIT").startswith(NOT_REMOVED), heard.lines)
                self.assert_logged("commit.failed", reason="timeout")

    def test_F040_F041_F035_no_and_bad_leave_everything_and_are_told(self):
        for step in ("store", "expunge"):
            for fault in ("no", "bad"):
                with self.subTest(step=step, fault=fault):
                    heard = self.play(step, fault, DELETE)

                    self.assertTrue(heard.said("QUIT").startswith(
                        b"-ERR [SYS/TEMP] 2 of 2 deleted messages not removed"), heard.lines)
                    self.assertEqual(self.inbox.uids(), list(UIDS))

    def test_F025_F035_no_and_bad_to_the_second_opening_leave_everything_and_are_told(self):
        for fault in ("no", "bad"):
            with self.subTest(fault):
                heard = self.play("SELECT", fault, DELETE, known=True)

                self.assertTrue(heard.said("QUIT").startswith(NOT_REMOVED), heard.lines)
                self.assertEqual(self.inbox.uids(), list(UIDS))

    def test_F041_without_proof_nothing_is_said_to_be_gone(self):
        for fault in ("no", "bad"):
            with self.subTest(fault):
                heard = self.play("proof", fault, DELETE)

                self.assertTrue(heard.said("QUIT").startswith(b"-ERR [SYS/TEMP]"), heard.lines)

    def test_M122_what_is_still_there_is_told_whatever_the_server_said(self):
        heard = self.play("expunge", [["tagged", "OK done"]], DELETE, acts=False)

        self.assertTrue(heard.said("QUIT").startswith(
            b"-ERR [SYS/TEMP] 2 of 2 deleted messages not removed"), heard.lines)

    def test_M123_a_store_that_is_refused_for_messages_that_are_gone_is_a_success(self):
        self.new_user()
        client = self.entered()
        self.inbox.expunge([3, 8])
        self.server.on("UID STORE", ["refuse", "NO some of them are gone"], times=None)

        heard = client.say(*DELETE)

        self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n")
        self.assertEqual(self.inbox.uids(), LEFT)

    def test_F041_an_expunge_that_was_done_before_the_drop_counts(self):
        self.new_user()
        self.server.on("UID EXPUNGE", *FAULTS["close"])

        seen = len(self.server.commands)
        heard = self.session(*DELETE)

        self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n")
        self.assertEqual(self.inbox.uids(), LEFT)
        said = [command.line for command in self.server.commands[seen:]]
        self.assertEqual(said.count("UID EXPUNGE 3,8"), 2)

    def test_F027_M121_another_uidvalidity_at_the_commit_stops_it(self):
        self.new_user()
        self.session("QUIT")  # from now on the mailbox is known and opened by EXAMINE
        client = self.entered()
        self.inbox.renumber()
        seen = len(self.server.commands)

        heard = client.say(*DELETE)

        self.assertEqual(heard.said("QUIT"),
                         b"-ERR [SYS/TEMP] mailbox changed, log in again\r\n")
        said = [command.line for command in self.server.commands[seen:]]
        self.assertFalse([line for line in said if line.startswith("UID")], said)
        self.assertEqual(len(self.inbox.uids()), len(UIDS))
        self.assertEqual(self.inbox.flagged(r"\Deleted"), [4], "the foreign one, renumbered")

    def test_G001_F027_another_uidvalidity_told_in_mid_session_ends_it(self):
        for script in (("DELE 1", "QUIT"), ("RETR 1", "DELE 1", "QUIT")):
            with self.subTest(script):
                self.new_user()
                client = self.entered()
                self.server.on("UID FETCH .*BODY",
                               ["before_tagged", "* OK [UIDVALIDITY 7] new\r\n"])
                client.say("RETR 2")
                seen = len(self.server.commands)

                heard = client.say(*script)

                self.assertIn(b"-ERR [SYS/TEMP] mailbox changed, log in again\r\n",
                              heard.lines.values())
                self.assertEqual(heard.ending, "closed")
                self.server.wait_closed()
                self.assertFalse([command for command in self.server.commands[seen:]
                                  if command.line.startswith("UID")])
                self.assertEqual(self.inbox.uids(), list(UIDS))

    def test_F027_another_uidvalidity_after_a_loss_in_the_commit_stops_it(self):
        self.new_user()
        self.server.on("UID EXPUNGE", ["renumber"], ["replace", ""], "close", acts=False)

        heard = self.session(*DELETE)

        self.assertEqual(heard.said("QUIT"),
                         b"-ERR [SYS/TEMP] mailbox changed, log in again\r\n")
        self.assertEqual(len(self.inbox.uids()), len(UIDS))


class ClearDeleteTest(DeleteFaults, FaultyUpstreamCase):
    upstream_tls = "clear"

    def test_M086_M118_a_server_that_runs_commands_in_reverse_still_gives_the_right_answer(self):
        for order in ("reverse", "answers", "interleave"):
            with self.subTest(order):
                heard = self.play("UID STORE", [["gather", 3, order]], ("RETR 2", *DELETE))

                self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n", heard.lines)
                self.assertEqual(self.inbox.uids(), LEFT)
                self.assertEqual(self.inbox.flagged(r"\Seen"), [5])


class TlsDeleteTest(DeleteFaults, FaultyUpstreamCase):
    upstream_tls = "starttls"

if __name__ == "__main__":
    unittest.main()
