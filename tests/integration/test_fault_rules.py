"""Faults in what the fault server says and does, seen from a raw socket.

One test for each action of the table in fault_rules.py, but for those that end or delay a
connection: test_fault_endings.py has them.
"""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_case import BODY, FETCH, TOLD, RuleCase
from tests.support.fault_rules import Rule


class MatchingTest(RuleCase):
    def test_takes_the_nth_match_and_so_many_in_a_row(self):
        self.server.on("NOOP", ["tagged", "NO x"], nth=2, times=2)
        peer = self.peer().open()

        said = [peer.ask("a NOOP") for _ in range(4)]

        self.assertEqual([answer[2:4] for answer in said], [b"OK", b"NO", b"NO", b"OK"])

    def test_may_go_on_for_good_and_be_forgotten(self):
        self.server.on("NOOP", ["tagged", "NO x"], times=None)
        peer = self.peer().open()
        before = [peer.ask("a NOOP")[2:4] for _ in range(3)]

        self.server.forget_rules()

        self.assertEqual(before, [b"NO"] * 3)
        self.assertEqual(peer.ask("a NOOP")[2:4], b"OK")

    def test_matches_the_start_of_the_line_in_any_case(self):
        rule = Rule("uid fetch .*BODY", [])

        self.assertTrue(rule.takes("UID FETCH 1 (UID BODY.PEEK[])"))
        self.assertFalse(rule.takes("UID FETCH 1 (UID)"))
        self.assertFalse(rule.takes("x UID FETCH 1 BODY[]"))

    def test_a_pattern_never_takes_a_moment(self):
        self.server.on(".*", ["tagged", "NO x"])

        self.assertTrue(self.peer().line().startswith(b"* OK"))

    def test_rules_are_applied_in_turn(self):
        self.server.on("NOOP", ["before", "* 1\r\n"])
        self.server.on("NOOP", ["before", "* 2\r\n"])

        self.assertEqual(self.peer().open().ask("a NOOP"), b"* 2\r\n* 1\r\na OK done\r\n")

    def test_an_unknown_action_is_an_error_at_once(self):
        with self.assertRaises(ValueError):
            self.server.on("NOOP", ["explode"])


class AnswerTest(RuleCase):
    def test_raw_octets_before_after_instead(self):
        answers = (
            (["before", "* 9 EXISTS\r\n"], b"* 9 EXISTS\r\na OK done\r\n"),
            (["before_tagged", "+ what\r\n"], b"+ what\r\na OK done\r\n"),
            (["replace", "{tag} OK {next_tag}\r\n"], b"a OK a\r\n"),
            (["tagged", "BAD [X] y"], b"a BAD [X] y\r\n"),
            (["refuse", "NO [UNAVAILABLE] later"], b"a NO [UNAVAILABLE] later\r\n"),
        )
        for action, expected in answers:
            with self.subTest(action[0]):
                self.server.on("NOOP", action)
                self.assertEqual(self.peer().open().ask("a NOOP"), expected)

    def test_answers_a_command_before_it_came(self):
        self.server.on("NOOP", ["after", "{next_tag} OK early\r\n"])
        peer = self.peer().open()

        self.assertEqual(peer.ask("x09 NOOP"), b"x09 OK done\r\n")
        self.assertEqual(peer.line(), b"x10 OK early\r\n")

    def test_greets_with_preauth_bye_or_nonsense(self):
        for text in ("* PREAUTH welcome\r\n", "* BYE busy\r\n", "220 smtp.example.test\r\n"):
            with self.subTest(text):
                self.server.on("greeting", ["replace", text], "close")
                self.assertEqual(self.peer().rest(), text.encode())

    def test_leaves_out_fetch_data(self):
        self.assertEqual(self.fetch_with(["drop", r"\d+ FETCH"]), b"f OK done\r\n")

    def test_leaves_out_the_tagged_line(self):
        self.server.on("UID FETCH", "no_tagged")
        peer = self.peer().open()

        peer.send(FETCH, "n NOOP")

        self.assertEqual(peer.until(b"n "), TOLD + BODY + b")\r\nn OK done\r\n")

    def test_repeats_and_floods(self):
        data = TOLD + BODY + b")\r\n"
        self.assertEqual(self.fetch_with(["repeat", 3]), data * 3 + b"f OK done\r\n")
        self.server.forget_rules()
        said = self.fetch_with(["flood", "* 1 EXISTS\r\n", 50_000])
        self.assertEqual(said, data + b"* 1 EXISTS\r\n" * 50_000 + b"f OK done\r\n")

    def test_sends_a_line_without_end(self):
        said = self.fetch_with(["endless", 300_000])

        self.assertEqual(said, b"x" * 300_000 + TOLD + BODY + b")\r\nf OK done\r\n")

    def test_ok_without_doing_it(self):
        self.server.on("UID STORE", acts=False)
        peer = self.peer().open()

        said = peer.ask(r"a UID STORE 1 +FLAGS.SILENT (\Deleted)")

        self.assertEqual(said, b"a OK done\r\n")
        self.assertEqual(self.inbox.flagged(r"\Deleted"), [])

    def test_doing_it_without_ok(self):
        self.server.on("UID STORE", ["tagged", "NO it failed"])

        said = self.peer().open().ask(r"a UID STORE 1 +FLAGS.SILENT (\Deleted)")

        self.assertEqual(said, b"a NO it failed\r\n")
        self.assertEqual(self.inbox.flagged(r"\Deleted"), [1])


class BodyTest(RuleCase):
    def test_bodies_that_are_none(self):
        for text in ("NIL", '""', '"short"'):
            with self.subTest(text):
                self.assertIn(f"BODY[] {text})".encode(), self.fetch_with(["body", text]))

    def test_braces_that_lie(self):
        for text in ("7", "-1", "99999999999999999999", "0x10", "", " 5"):
            with self.subTest(text):
                said = self.fetch_with(["announce", text])
                self.assertIn(b"BODY[] {" + text.encode() + b"}\r\n" + BODY, said)

    def test_sound_literals_of_another_length(self):
        for change in (-5, 5):
            with self.subTest(change):
                count = len(BODY) + change
                said = self.fetch_with(["resize", change])
                text = (BODY + b"xxxxx")[:count]
                self.assertIn(b"{%d}\r\n" % count + text + b")\r\nf OK", said)

    def test_a_huge_literal(self):
        said = self.fetch_with(["huge", 3_000_000])

        self.assertEqual(len(said), len(b"* 1 FETCH (UID 1 BODY[] {3000000}\r\n)\r\nf OK done\r\n")
                         + 3_000_000)
        self.assertEqual(said.count(b"Subject"), 3_000_000 // len(BODY) + 1)

    def test_other_names_and_numbers(self):
        changes = (
            ("literal8", b"* 1 FETCH (UID 1 BODY[] ~{%d}\r\n" % len(BODY)),
            (["section", "BODY[TEXT]"], b"* 1 FETCH (UID 1 BODY[TEXT] {"),
            (["uid", 77], b"* 1 FETCH (UID 77 BODY[] {"),
            (["sequence", 9], b"* 9 FETCH (UID 1 BODY[] {"),
            (["extra", "X-GM-LABELS (\\Inbox {3}\r\na)b)"],
             b"* 1 FETCH (X-GM-LABELS (\\Inbox {3}\r\na)b) UID 1 BODY[] {"),
        )
        for action, expected in changes:
            with self.subTest(action):
                self.assertTrue(self.fetch_with(action).startswith(expected))

    def test_the_uid_behind_the_body(self):
        said = self.fetch_with("uid_last")

        self.assertTrue(said.startswith(b"* 1 FETCH (BODY[] {"))
        self.assertIn(BODY + b" UID 1)\r\n", said)


class ChangeTest(RuleCase):
    def test_changes_the_mailbox_before_the_command(self):
        self.inbox.add(BODY)
        changes = (
            (["deliver", "new"], b"* 3 EXISTS\r\n"),
            (["expunge", 2], b"* 2 EXPUNGE\r\n"),
            (["renumber", 99], b"* OK [UIDVALIDITY 99]"),
        )
        for action, expected in changes:
            with self.subTest(action[0]):
                self.server.on("NOOP", action)
                self.assertIn(expected, self.peer().open().ask("a NOOP"))
        self.assertEqual(len(self.inbox.messages), 2)

    def test_flags_a_message_as_another_client_would(self):
        self.server.on("UID SEARCH", ["flag", 1, r"\Deleted"])

        self.assertIn(b"* SEARCH 1\r\n", self.peer().open().ask("a UID SEARCH DELETED"))

    def test_a_message_goes_between_two_commands(self):
        self.server.on("UID FETCH", ["expunge", 1])

        said = self.peer().open().ask(FETCH)

        self.assertEqual(said, b"* 1 EXPUNGE\r\nf OK [EXPUNGEISSUED] done\r\n")


class PipelineTest(RuleCase):
    def pipeline(self, order):
        self.server.on("UID STORE", ["gather", 3, order])
        peer = self.peer().open()
        peer.send(r"a UID STORE 1 +FLAGS (\Deleted)", "b UID EXPUNGE 1", "c UID SEARCH ALL")
        peer.send("d LOGOUT")
        return peer.rest()

    @staticmethod
    def tags(said):
        return re.findall(rb"^([abc]) OK", said, re.MULTILINE)

    def test_runs_commands_last_first(self):
        said = self.pipeline("reverse")

        self.assertEqual(self.tags(said), [b"c", b"b", b"a"])
        self.assertIn(b"* SEARCH 1\r\n", said)
        self.assertEqual(self.inbox.uids(), [1], "the expunge ran before the flag was there")

    def test_answers_commands_last_first(self):
        said = self.pipeline("answers")

        self.assertEqual(self.tags(said), [b"c", b"b", b"a"])
        self.assertEqual(self.inbox.uids(), [])

    def test_mixes_untagged_answers(self):
        self.inbox.add(BODY)
        self.server.on("UID FETCH", ["gather", 2, "interleave"])
        peer = self.peer().open()

        peer.send("a UID FETCH 1:2 (UID)", "b UID FETCH 1:2 (FLAGS)", "c LOGOUT")

        said = peer.rest()
        data = re.findall(rb"\* (\d) FETCH \(UID \d ?(FLAGS)?", said)
        self.assertEqual(data, [(b"1", b""), (b"1", b"FLAGS"), (b"2", b""), (b"2", b"FLAGS")])

    def test_does_not_wait_for_what_does_not_come(self):
        self.server.on("NOOP", ["gather", 5, "reverse"])

        self.assertEqual(self.peer().open().ask("a NOOP"), b"a OK done\r\n")


if __name__ == "__main__":
    unittest.main()
