"""Smuggling: a message that hides commands behind an end of data that is none.

Each trick goes through the gateway, cut at every place around it, to a server that ends data at
CR LF dot CR LF only. Then everything that the server received is read again by readers that are as
lax as servers have been, one for each false end: all have to see what the strict one sees.
"""

import re
import sys
import unittest
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw_smtp import stuffed
from tests.integration.lab import letters
from tests.integration.submission_case import PASSWORD, TO, USER, SubmissionCase

TRUE_END = b"\r\n.\r\n"
FALSE_ENDS = {
    "LF.LF": b"\n.\n", "LF.CRLF": b"\n.\r\n", "CRLF.LF": b"\r\n.\n", "CR.CR": b"\r.\r",
    "CRLF.CR": b"\r\n.\r", "LF.CR": b"\n.\r", "CR.CRLF": b"\r.\r\n", "CR.LF": b"\r.\n",
    "CRCRLF.CRCRLF": b"\r\r\n.\r\r\n",
}
WITH_NUL = {
    "NUL before the dot": b"\r\n\0.\r\n", "NUL behind the dot": b"\r\n.\0\r\n",
    "NUL in the line end": b"\r\n.\r\0\n", "NUL in the line end before": b"\r\0\n.\r\n",
    "LF.LF and NUL": b"\n.\n\0",
}
_HEAD = b"Subject: before\r\nFrom: a@example.test\r\n\r\nline before"
_SMUGGLED = (b"MAIL FROM:<evil@attacker.test>\r\nRCPT TO:<victim@example.test>\r\nDATA\r\n"
             b"Subject: smuggled\r\n\r\nboo\r\n")
_AROUND = 3


def places(trick):
    """Where to cut: before, in and behind the trick."""
    start = len(_HEAD)
    return range(start - _AROUND, start + len(trick) + _AROUND + 1)


def text_of(wire):
    """What a message means whose lines are ended in all manners: the rules, on the whole text."""
    text = (b"\r\n" + wire).replace(b"\r\n.", b"\r\n")[2:]  # dots count behind CRLF only
    return re.sub(rb"\r\r\n|\r\n|\r|\n", b"\r\n", text)


@dataclass(frozen=True)
class Reader:
    """A server as it reads: lines that end so, data that ends so."""

    line_end: bytes = rb"\r\n"
    data_end: bytes = rb"\r\n\.\r\n"

    def read(self, octets):
        """The commands and the messages in what a client sent."""
        commands, messages, place = [], [], 0
        line_end, data_end = re.compile(self.line_end), re.compile(self.data_end)
        while (end := line_end.search(octets, place)) is not None:
            commands.append(octets[place:end.start()])
            place = end.end()
            if commands[-1].upper() == b"DATA":
                # The end of the line counts for the end of data too.
                last = data_end.search(octets, end.start())
                stop = last.start() if last else len(octets)
                messages.append(octets[place:stop])
                place = last.end() if last else len(octets)
        return commands, messages


STRICT = Reader()
LAX = {
    **{name: Reader(data_end=rb"\r\n\.\r\n|" + re.escape(end)) for name, end in FALSE_ENDS.items()},
    "all of them, lines at LF": Reader(rb"\r?\n", rb"(?:\r\n|\r|\n)\.(?:\r\n|\r|\n)"),
    "all of them, lines at CR": Reader(rb"\r\n?", rb"(?:\r\n|\r|\n)\.(?:\r\n|\r|\n)"),
    "NUL left out": Reader(data_end=rb"\r\0*\n\0*\.\0*\r\0*\n"),
}


class SmugglingCase(SubmissionCase):
    def send(self, smtp, trick, place):
        """A message with the trick, cut in two at that place; the reply."""
        self.in_data(smtp)
        # Each piece is a TLS record, and read as such.
        smtp.send_split(_HEAD + trick + _SMUGGLED + b".\r\n", place)
        return smtp.reply()

    def upstream_octets(self, smtp):
        """All that came upstream in this case, once the client has left."""
        smtp.ask("QUIT")
        smtp.close()
        self.server.wait_all_ended()
        return [dialogue.octets() for dialogue in self.server.dialogues]

    def assert_only_the_sound_one_came(self, smtp, *unwanted):
        """No reader finds a hidden command, or a message that holds what is unwanted."""
        self.assertEqual(len(self.server.ended()), 1)
        for octets in self.upstream_octets(smtp):
            for reader in (STRICT, *LAX.values()):
                commands, messages = reader.read(octets)
                self.assertFalse([line for line in commands if b"attacker" in line])
                for word in unwanted:
                    self.assertFalse([line for line in messages if word in line])

    def assert_read_alike(self, octets):
        expected = STRICT.read(octets)
        for name, reader in LAX.items():
            self.assertEqual(reader.read(octets), expected, f"a reader of {name}")
        return expected


class NormaliseTest(SmugglingCase):
    def test_S028_S029_T030_every_reader_sees_one_and_the_same_message(self):
        for name, trick in FALSE_ENDS.items():
            with self.subTest(name):
                self.server.forget()
                smtp = self.open()
                for place in places(trick):
                    self.assert_reply(self.send(smtp, trick, place), "250")

                text = text_of(_HEAD + trick + _SMUGGLED)
                for message in self.server.messages:
                    self.assertEqual(without_received(message.octets()), text)
                self.assertEqual(len(self.server.taken()), len(places(trick)))
                for octets in self.upstream_octets(smtp):
                    self.assertIsNone(re.search(rb"\r(?!\n)|(?<!\r)\n|\0", octets))
                    commands, _ = self.assert_read_alike(octets)
                    self.assertFalse([line for line in commands if b"attacker" in line])

    def test_S029_T031_lines_of_dots_arrive_wherever_they_are_cut(self):
        text = b"Subject: x\r\n\r\n.\r\n..\r\n...\r\n.x\r\nx.\r\n.. \r\n.\r\n"
        wire = stuffed(text)
        smtp = self.open()
        for place in range(1, len(wire)):
            self.in_data(smtp)
            smtp.send_split(wire, place)
            self.assert_reply(smtp.reply(), "250")
            self.assertEqual(without_received(self.server.messages[-1].octets()), text, place)
        self.in_data(smtp)
        smtp.send_by_octets(wire)
        self.assert_reply(smtp.reply(), "250")

        self.assertEqual(without_received(self.server.messages[-1].octets()), text)
        for octets in self.upstream_octets(smtp):
            self.assert_read_alike(octets)

    def test_S030_S035_a_message_arrives_as_it_was_meant(self):
        smtp = self.open()
        for name in letters.NAMES:
            with self.subTest(name):
                text = letters.letter(name, TO, USER)
                self.assert_reply(smtp.submit(USER, [TO], text), "250")
                ended = text if text.endswith(b"\r\n") else text + b"\r\n"
                self.assertEqual(without_received(self.server.messages[-1].octets()), ended)

    def test_S032_a_nul_is_refused_and_nothing_is_delivered(self):
        for name, trick in WITH_NUL.items():
            with self.subTest(name):
                self.server.forget()
                smtp = self.open()
                for place in places(trick):
                    self.assert_reply(self.send(smtp, trick, place), "554 5.6.0")
                self.assert_sound(smtp)

                self.assert_only_the_sound_one_came(smtp, b"boo")

    def test_T034_no_envelope_carries_a_second_command(self):
        smtp = self.open()
        for line in ("MAIL FROM:<a@x.test>\rRCPT TO:<evil@x.test>",
                     "MAIL FROM:<a@x.test\0>", "MAIL FROM:<a@x.test\r>", "MAIL FROM:<a>b@x.test>",
                     'MAIL FROM:<"a\rb"@x.test>', "MAIL FROM:<a@x.test> RET=HDRS\rRSET",
                     "MAIL FROM:<a@x.test> ENVID=a+0D+0ARSET", "MAIL FROM:<a@x.test> SIZE=1\r"):
            with self.subTest(line):
                answer = smtp.ask(line)
                if answer.startswith(b"250"):
                    smtp.ask("RSET")
                self.assertRegex(answer, rb"\A[52]")
        self.assert_sound(smtp)

        self.assertFalse(self.server.lines("RCPT TO:<evil"))
        for line in self.server.lines():
            self.assertNotRegex(line[:-2], rb"[\r\n\0]")


class RejectTest(SmugglingCase):
    submission = {"bare_newline": "reject"}

    def test_S031_what_has_a_bare_line_end_is_refused_at_its_true_end(self):
        for name, trick in FALSE_ENDS.items():
            with self.subTest(name):
                self.server.forget()
                smtp = self.open()
                for place in places(trick):
                    self.assert_reply(self.send(smtp, trick, place), "550 5.6.0")
                self.assert_sound(smtp)

                self.assert_only_the_sound_one_came(smtp)


class DeviceTest(SmugglingCase):
    submission = {"lf_eod_networks": ["127.0.0.2/32"]}

    def submit_with_lf(self, source):
        """A message in lines that end in LF, and a NOOP behind; what is heard of them."""
        smtp = self.open(source=source)
        self.in_data(smtp)
        smtp.send(b"Subject: from a device\n\ntext\n.\nNOOP\r\n.\r\n")
        return smtp, smtp.reply()

    def test_S033_a_listed_device_may_end_data_with_lone_lfs(self):
        smtp, answer = self.submit_with_lf("127.0.0.2")

        self.assert_reply(answer, "250")
        self.assert_reply(smtp.reply(), "250")  # to NOOP
        (message,) = self.server.taken()
        self.assertEqual(without_received(message.octets()),
                         b"Subject: from a device\r\n\r\ntext\r\n")

    def test_S033_nobody_else_may(self):
        _, answer = self.submit_with_lf("127.0.0.3")

        self.assert_reply(answer, "250")
        (message,) = self.server.taken()
        self.assertEqual(without_received(message.octets()),
                         b"Subject: from a device\r\n\r\ntext\r\n.\r\nNOOP\r\n")


def without_received(octets):
    """The message without the Received field that the gateway puts in front."""
    field = re.match(rb"Received: [^\n]*\n(?:[ \t][^\n]*\n)*", octets)
    assert field is not None, octets[:200]
    return octets[field.end():]


class ReaderTest(unittest.TestCase):
    """The readers are tricked where there is no gateway: else they would prove nothing."""

    def test_every_trick_is_taken_by_the_reader_that_it_is_for(self):
        for name, trick in FALSE_ENDS.items():
            octets = b"DATA\r\n" + _HEAD + trick + _SMUGGLED + b".\r\nQUIT\r\n"
            with self.subTest(name):
                self.assertEqual(len(STRICT.read(octets)[1]), 1)
                self.assertEqual(len(LAX[name].read(octets)[1]), 2)

    def test_the_rules_give_one_text(self):
        self.assertEqual(text_of(b"a\n.\nb\r.\rc\r\n.\nd\r\r\n..\r\n"),
                         b"a\r\n.\r\nb\r\n.\r\nc\r\n\r\nd\r\n.\r\n")


if __name__ == "__main__":
    unittest.main()
