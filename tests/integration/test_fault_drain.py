"""What a client hears that fetches and deletes its mail while the upstream fails in a body.

Every fault is played at the FETCH of a body, for a moment (the first time) and for good, over clear
and over TLS connections upstream. Small mail is held back until it is whole, so any failure can
still be told; of large mail half is out by then, and only a broken connection tells the truth.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import (DRAIN, FAULTS, LARGE, SECOND, SMALL, STEPS,
                                             UIDS, FaultyUpstreamCase)

BODY = "body"
CANNOT = b"-ERR [SYS/TEMP] cannot read message"
DAMAGED = b"-ERR [SYS/TEMP]"
MISTAKES = 20  # in a row, then the session ends
GONE = b"-ERR message no longer exists"
TOPS = ("TOP 1 0", "TOP 3 5", "TOP 3 3000", "TOP 2 1", "QUIT")
SMALL_DRAIN = ("RETR 1", "DELE 1", "RETR 2", "QUIT")


class DrainFaults:
    """The rows; the classes at the end say how the upstream is reached."""

    def play_small(self, *actions, times=None):
        return self.play(BODY, list(actions), SMALL_DRAIN, times=times)

    def play_large(self, *actions, times=None):
        """The body of message 3 breaks off in the middle."""
        return self.play("UID FETCH 8 .*BODY", list(actions), DRAIN, times=times)

    def assert_refused(self, heard, reason=CANNOT):
        """RETR 1 says so, DELE 1 is not taken, and the session lives."""
        self.assertTrue(heard.said("RETR 1").startswith(reason), heard.lines)
        self.assertTrue(heard.said("DELE 1").startswith(DAMAGED), heard.lines)
        self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n")
        self.assertEqual(self.inbox.uids(), list(UIDS))

    def assert_broken_off(self, heard):
        """Octets, then a reset: no dot, no word, and nothing of what was deleted goes."""
        self.assertTrue(heard.said("RETR 3").startswith(b"+OK"), heard.lines)
        self.assertNotIn("RETR 3", heard.bodies)
        self.assertNotIn("DELE 3", heard.lines)
        self.assertEqual(heard.ending, "reset")
        self.assertEqual(self.inbox.uids(), list(UIDS))

    # Each fault at this step.

    def test_G002_F030_F032_F033_F034_F042_T055_a_fault_for_a_moment_costs_one_retry(self):
        for fault in FAULTS.keys() - {"bad", "no", "hang"}:
            with self.subTest(fault):
                heard = self.play(BODY, fault, DRAIN, times=1)

                for command in DRAIN:
                    self.assertTrue(heard.good(command), (command, heard.lines))
                self.assertEqual(self.inbox.uids(), [UIDS[3]])

    def test_F030_F033_F034_F042_T055_a_fault_for_good_is_told_and_nothing_goes(self):
        for fault in FAULTS.keys() - {"hang"}:
            with self.subTest(fault):
                heard = self.play_small(*FAULTS[fault])

                self.assert_refused(heard)

    def test_every_refusal_is_logged_with_its_cause(self):
        for fault, kind in (("close", "closed"), ("garbage", "protocol"), ("bad", "unavailable"),
                            ("endless", "protocol"), ("flood", "protocol")):
            with self.subTest(fault):
                self.play_small(*FAULTS[fault])

                event = self.assert_logged("upstream.failed", stage="retr", kind=kind)
                self.assertTrue(event.fields["session"])

    def test_G002_F029_F030_F032_F039_M112_top_is_exact_or_refused_or_broken_off(self):
        cut = {f"cut_{ending}": [["cut_literal", 10, ending]] for ending in ("close", "hang")}
        withheld = {"nil": [["body", "NIL"]], "empty": [["body", '""']],
                    "lying": [["announce", -1]], "other": [["uid", 77]], "twice": [["repeat", 2]]}
        for name, actions in {**FAULTS, **cut, **withheld}.items():
            for times in (1, None):
                if name == "hang":
                    continue
                with self.subTest(name=name, times=times):
                    heard = self.play(BODY, actions, TOPS, times=times)

                    for command in TOPS[:-1]:
                        refused = heard.said(command).startswith(b"-ERR")
                        self.assertTrue(refused or heard.good(command), heard.lines)
                    if times is None:
                        self.assertFalse(heard.good(TOPS[0]), heard.lines)

    # Inside the literal.

    def test_F029_F030_F042_M104_small_mail_cut_in_its_literal_is_fetched_once_more(self):
        for ending in ("hang", "close", "reset", "close_tls"):
            with self.subTest(ending):
                heard = self.play_small(["cut_literal", 10, ending], times=1)

                self.assertTrue(heard.good("RETR 1"), heard.lines)
                self.assertEqual(self.inbox.uids(), list(UIDS[1:]))

    def test_F029_F030_F042_M104_small_mail_cut_twice_is_refused(self):
        for ending in ("hang", "close", "reset", "close_tls"):
            with self.subTest(ending):
                self.assert_refused(self.play_small(["cut_literal", 10, ending]))

    def test_G002_F029_F030_F042_M104_large_mail_cut_in_its_literal_resets_the_client(self):
        for ending in ("hang", "close", "reset", "close_tls"):
            with self.subTest(ending):
                heard = self.play_large(["cut_literal", 40_000, ending])

                self.assert_broken_off(heard)

    def test_G001_F029_commands_behind_a_broken_mail_are_not_run(self):
        self.new_user()
        self.server.on("UID FETCH 8 .*BODY", ["cut_literal", 40_000, "close"], times=None)
        client = self.entered()
        seen = len(self.server.commands)

        client.send(b"RETR 3\r\nDELE 3\r\nDELE 1\r\nQUIT\r\n")

        said, ending = client.read_to_end()
        self.assertEqual(ending, "reset")
        self.assertNotIn(b"deleted", said)
        self.server.wait_closed()
        self.assertEqual(self.inbox.uids(), list(UIDS))
        self.assertEqual([command.line for command in self.server.commands[seen:]],
                         ["UID FETCH 8 (UID BODY.PEEK[])"])

    def test_M104_a_tls_client_gets_no_close_alert_behind_half_a_mail(self):
        self.new_user()
        self.server.on("UID FETCH 8 .*BODY", ["cut_literal", 40_000, "close"], times=None)
        client = self.entered(tls=True)

        client.send(b"RETR 3\r\n")

        said, ending = client.read_to_end()
        self.assertIn(ending, ("reset", "cut"))
        self.assertFalse(said.endswith(b"\r\n.\r\n"))

    def test_G002_M105_no_dot_follows_a_literal_whose_command_failed(self):
        for refusal in ("NO cannot go on", "BAD lost my way"):
            with self.subTest(refusal):
                self.assert_refused(self.play_small(["tagged", refusal]))

                self.assert_broken_off(self.play_large(["tagged", refusal]))

    def test_F032_a_literal_without_a_proper_length_is_refused(self):
        for announced in ("-1", "x", "", "1 2", "0x10"):
            with self.subTest(announced):
                self.assert_refused(self.play_small(["announce", announced]))

    def test_T049_a_literal_too_large_to_be_true_is_refused_for_good(self):
        for announced in (2_147_483_648, 99_999_999_999_999_999_999):
            with self.subTest(announced):
                heard = self.play_small(["announce", announced])

                self.assertTrue(heard.said("RETR 1").startswith(b"-ERR [SYS/PERM]"), heard.lines)
                self.assertTrue(heard.said("DELE 1").startswith(DAMAGED), heard.lines)

    # Not the mail that was asked for.

    def test_F039_M106_a_body_that_is_nil_is_refused(self):
        self.assert_refused(self.play_small(["body", "NIL"]))

    def test_F039_M107_an_empty_body_of_a_message_with_a_size_is_refused(self):
        self.assert_refused(self.play_small(["body", '""']))

        self.assert_refused(self.play("UID FETCH 3 .*BODY", [["resize", -len(SMALL)]], SMALL_DRAIN))

    def test_M107_an_empty_message_is_one_empty_line(self):
        self.new_user(b"")

        heard = self.session("STAT", "RETR 1", "QUIT")

        self.assertEqual(heard.said("STAT"), b"+OK 1 0\r\n")
        self.assertEqual(heard.bodies["RETR 1"], b"\r\n")

    def test_T057_another_message_a_wrong_section_and_two_bodies_are_refused(self):
        for name, action in (("uid", ["uid", 5]), ("section", ["section", "BODY[TEXT]"]),
                             ("part", ["section", "BODY[]<0>"]), ("two bodies", ["repeat", 2]),
                             ("uid_last", ["extra", "UID 77"])):
            with self.subTest(name):
                self.assert_refused(self.play_small(action))

    def test_T057_large_mail_of_another_message_gets_no_dot(self):
        for actions in ([["repeat", 2]], [["uid", 5], ["uid_last"]]):
            with self.subTest(actions):
                self.assert_broken_off(self.play_large(*actions))

    def test_M080_items_in_any_order_are_understood(self):
        for actions in ([["uid_last"]], [["extra", 'X-NEW ("a" (b NIL)) FLAGS (\\Seen)']],
                        [["extra", "X-LITERAL {4}\r\na)\r\n"]], [["literal8"]]):
            with self.subTest(actions):
                heard = self.play(BODY, actions, DRAIN)

                for command in DRAIN:
                    self.assertTrue(heard.good(command), (command, heard.lines))

    def test_M081_a_wrong_sequence_number_changes_nothing(self):
        heard = self.play("UID FETCH", [["sequence", 4]], DRAIN)

        for command in DRAIN:
            self.assertTrue(heard.good(command), (command, heard.lines))

    def test_G007_T055_answers_that_nobody_asked_for_end_the_link_and_bind_to_nothing(self):
        forged = (f"* 1 FETCH (UID 9 BODY[] {{{len(SMALL)}}}\r\n{SMALL.decode()})\r\n"
                  "{next_tag} OK done\r\n")
        for name, text in (("a second final reply", "{tag} OK again\r\n"),
                           ("a body before it is asked for", forged)):
            with self.subTest(name):
                heard = self.play("UID FETCH 3 .*BODY", [["after", text]],
                                  ("RETR 1", "RETR 2", "DELE 2", "QUIT"), times=1)

                self.assertTrue(heard.good("RETR 1"), heard.lines)
                self.assertTrue(heard.good("RETR 2"), heard.lines)
                self.assertEqual(self.inbox.uids(), [3, 8, 9])

    # Sizes that lie.

    def retrieve(self, octets, told):
        self.new_user()
        self.inbox.find(UIDS[0]).told_size = told
        self.inbox.find(UIDS[0]).octets = octets
        return self.session("LIST 1", "RETR 1", "QUIT")

    def test_F031_T056_M108_a_message_is_sent_as_long_as_its_literal(self):
        for told, octets in ((100, SMALL), (10, SMALL), (100, LARGE), (10**6, LARGE)):
            with self.subTest(told=told, octets=len(octets)):
                before = self.gateway.metric("postern_pop3_size_mismatches_total")

                heard = self.retrieve(octets, told)

                self.assertEqual(heard.said("LIST 1"), b"+OK 1 %d\r\n" % told)
                self.assertEqual(heard.bodies["RETR 1"], octets)
                self.assertEqual(self.gateway.metric("postern_pop3_size_mismatches_total"),
                                 before + 1)

    # Refused.

    def test_F035_BAD_to_a_fetch_is_told_and_the_session_goes_on(self):
        heard = self.play("UID FETCH 3 .*BODY", "bad", ("RETR 1", "RETR 2", "DELE 2", "QUIT"))

        self.assertTrue(heard.said("RETR 1").startswith(CANNOT))
        self.assertTrue(heard.good("RETR 2"))
        self.assertEqual(self.inbox.uids(), [3, 8, 9])
        self.assert_logged("upstream.failed", detail="BAD what is this")

    def test_M106_a_second_try_of_what_the_upstream_will_not_give_counts_as_a_mistake(self):
        for name, actions, refusal in (("nil", [["body", "NIL"]], CANNOT),
                                       ("gone", [["replace", "{tag} OK done\r\n"]], GONE)):
            with self.subTest(name):
                self.new_user()
                self.server.on(STEPS[BODY], *actions, times=None)
                client = self.entered()

                lines = [client.ask("RETR 1") for _ in range(MISTAKES + 1)]

                self.assertTrue(all(line.startswith(refusal) for line in lines), lines)
                self.assertEqual(client.read_to_end(), (b"-ERR too many errors\r\n", "closed"))

    def test_M106_mistakes_are_forgiven_when_the_message_comes_at_last(self):
        self.new_user()
        self.server.on(STEPS[BODY], ["body", "NIL"], times=MISTAKES)
        client = self.entered()

        lines = [client.ask("RETR 1") for _ in range(MISTAKES)]

        self.assertTrue(all(line.startswith(CANNOT) for line in lines), lines)
        self.assertTrue(client.say("RETR 1").good("RETR 1"))
        self.assertTrue(client.ask("NONSENSE").startswith(b"-ERR unknown"))
        self.assertTrue(client.ask("NOOP").startswith(b"+OK"))


class ClearDrainTest(DrainFaults, FaultyUpstreamCase):
    upstream_tls = "clear"


class TlsDrainTest(DrainFaults, FaultyUpstreamCase):
    upstream_tls = "implicit"


class ExpungedElsewhereTest(FaultyUpstreamCase):
    """F-038: four ways in which servers answer a fetch of what is not there any more."""

    def test_F038_M082_mail_expunged_elsewhere_keeps_its_number_and_is_told_to_be_gone(self):
        for mode in ("missing", "nil", "empty", "invented"):
            with self.subTest(mode):
                self.new_user()
                self.server.settings.expunged_body = mode
                client = self.entered()
                self.inbox.expunge([3])

                heard = client.say("RETR 1", "LIST 1", "DELE 1", "RETR 2", "STAT", "QUIT")

                refused = heard.said("RETR 1")
                if mode == "empty":
                    self.assertTrue(refused.startswith((CANNOT, GONE)), refused)
                else:
                    self.assertTrue(refused.startswith(GONE), refused)
                    self.assertTrue(heard.good("DELE 1"), heard.lines)
                    self.assertTrue(heard.good("QUIT"), heard.lines)
                self.assertEqual(heard.said("LIST 1"), b"+OK 1 %d\r\n" % len(SMALL))
                self.assertEqual(heard.bodies["RETR 2"], SECOND)
                self.assertEqual(self.inbox.uids(), [5, 8, 9])


if __name__ == "__main__":
    unittest.main()
