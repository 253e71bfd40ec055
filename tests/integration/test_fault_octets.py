"""Octets of a message, from an IMAP literal to a POP3 client, by every way through the gateway.

The oracle is `lab/mail.py`, which knows the documented repairs and nothing of streaming (G-12).
The repairs themselves are tested at every cut by the unit tests of wire/dot_stream.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import HELD_BACK, FaultyUpstreamCase
from tests.integration.lab import mail

END = b"\r\n.\r\n"
RECORD_MAX = 1 << 14


class Octets:
    """Every hostile message; the classes at the end say which way it takes."""

    def test_G012_M098_M099_M100_M101_M102_T033_mail_arrives_as_documented(self):
        for name, octets in mail.HOSTILE.items():
            with self.subTest(name):
                self.new_user(octets)
                client = self.entered()

                client.send(b"RETR 1\r\n")
                self.assertEqual(client.read_line(), b"+OK %d octets\r\n" % len(octets))
                wire = client.read_multiline()

                self.assertEqual(wire, mail.on_the_wire(mail.delivered(octets)))
                self.assertFalse(mail.ends_early(wire))
                client.close()

    def test_G012_M104_the_same_where_the_literal_comes_octet_by_octet(self):
        for name in ("dots", "no_final_newline", "bare_lf"):
            if name not in mail.HOSTILE:
                continue
            with self.subTest(name):
                octets = mail.HOSTILE[name][:400]
                self.new_user(octets)
                self.server.on("UID FETCH .*BODY", ["drip", 1, 0], times=None)

                heard = self.session("RETR 1", "QUIT")

                self.assertEqual(heard.bodies["RETR 1"], mail.delivered(octets))


class HeldBackOctetsTest(Octets, FaultyUpstreamCase):
    """All of it fits into the buffer."""

    settings = {"pop3": {"retr_buffer": "16MiB"}}


class StreamedOctetsTest(Octets, FaultyUpstreamCase):
    """None of it does."""

    settings = {"pop3": {"retr_buffer": "0B"}}


class EndOfMailTest(FaultyUpstreamCase):
    """A TLS record is never more than one write, so records show where writes end."""

    def records(self, octets):
        """The answer to RETR 1, record by record."""
        self.new_user(octets)
        client = self.entered(tls=True)
        client.send(b"RETR 1\r\n")
        records = [client.connection.recv(1 << 16)]
        while not b"".join(records[-2:]).endswith(END):
            records.append(client.connection.recv(1 << 16))
        client.close()
        return records

    def test_M034_the_answer_to_noop_is_one_write(self):
        self.new_user(b"S: x\r\n\r\nhello\r\n")
        client = self.entered(tls=True)

        for _ in range(3):
            client.send(b"NOOP\r\n")
            self.assertEqual(client.connection.recv(1 << 16), b"+OK\r\n")
        client.close()

    def test_M103_the_end_of_a_streamed_mail_leaves_in_one_write(self):
        for more in (*range(13), 1000, 16_384 - 7, 65_536):
            with self.subTest(more):
                lines = b"+OK 1 line\r\n" * (HELD_BACK // 8)
                records = self.records(b"S: x\r\n\r\n" + b"y" * more + b"\r\n" + lines)

                self.assertTrue(records[-1].endswith(END), records[-1])
                for record, following in zip(records, records[1:]):
                    # Old clients take a block for a reply. A full record is TLS's own border.
                    if record.endswith(b"\r\n") and len(record) < RECORD_MAX:
                        self.assertNotIn(following[:1], (b"+", b"-", b"."))

    def test_M103_a_small_mail_is_one_write_as_a_whole(self):
        records = self.records(b"S: x\r\n\r\nhello\r\n")

        self.assertEqual(records, [b"+OK 15 octets\r\nS: x\r\n\r\nhello" + END])


if __name__ == "__main__":
    unittest.main()
