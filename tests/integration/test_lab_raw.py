"""The raw POP3 client against Dovecot's POP3: it sees and does what well behaved clients do not.

Splitting, pipelining, half-closing, resetting, stalling: the means by which the gateway is tried.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import RawPop3
from tests.integration.lab import mail, process, tls
from tests.integration.lab.dovecot import Dovecot
from tests.support.fault_imap import FaultImap

USER, PASSWORD = "joe@example.test", "secret"
DOTS = b"Subject: dots\r\n\r\n.\r\n..\r\n"
STAT = b"+OK 2 %d\r\n" % (len(DOTS) + 3_000_000)


class EndingTest(unittest.TestCase):
    """Against the fault server, which greets in IMAP but ends in every way."""

    def test_tells_how_the_other_side_ended(self):
        folder = process.work_folder("raw")
        self.addCleanup(process.remove_folder, folder)
        pki = tls.Pki(folder / "tls")
        server = self.enterContext(FaultImap(certificate=(pki.good.chain, pki.good.private_key)))
        endings = (("close", None, "closed"), ("reset", None, "reset"),
                   ("close", pki.client_context(), "cut"),
                   ("close_tls", pki.client_context(), "closed"))
        for ending, context, expected in endings:
            with self.subTest(ending, tls=context is not None):
                server.on("NOOP", ending)
                port = server.tls_port if context else server.clear_port
                with RawPop3("localhost", port, context=context) as pop3:
                    pop3.greeting()
                    pop3.send(b"a NOOP\r\n")
                    self.assertEqual(pop3.read_to_end()[1], expected)


class RawPop3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Dovecot().start()
        cls.addClassCleanup(cls.server.stop)
        cls.server.add_user(USER, PASSWORD)
        cls.server.deliver(USER, [DOTS, mail.big(3_000_000)])
        cls.context = cls.server.pki.client_context()

    def connect(self, **options):
        secure = "context" in options
        port = self.server.pop3s_port if secure else self.server.pop3_port
        pop3 = RawPop3("localhost", port, **options)
        self.addCleanup(pop3.close)
        return pop3

    def log_in(self, **options):
        pop3 = self.connect(**options)
        pop3.greeting()
        self.assertTrue(pop3.log_in(USER, PASSWORD).startswith(b"+OK"))
        return pop3

    def test_sees_the_wire_as_it_is(self):
        first, wire = self.log_in().ask_multiline("RETR 1")

        self.assertTrue(first.startswith(b"+OK"))
        self.assertEqual(wire, b"Subject: dots\r\n\r\n..\r\n...\r\n.\r\n")

    def test_input_may_be_split_at_any_octet(self):
        text = f"USER {USER}\r\nPASS {PASSWORD}\r\nSTAT\r\n".encode()
        for place in range(1, len(text), 7):
            with self.subTest(place):
                pop3 = self.connect()
                pop3.greeting()
                pop3.send_split(text, place)
                answers = [pop3.read_line() for _ in range(3)]
                self.assertEqual(answers[2], STAT)

    def test_input_may_come_octet_by_octet(self):
        pop3 = self.log_in()

        pop3.send_by_octets(b"NOOP\r\nSTAT\r\n")

        self.assertEqual([pop3.read_line()[:3] for _ in range(2)], [b"+OK"] * 2)

    def test_pipelines(self):
        answers = self.log_in().pipeline(*["NOOP"] * 50, "STAT")

        self.assertEqual(len(answers), 51)
        self.assertEqual(answers[-1], STAT)

    def test_logs_in_by_every_mechanism(self):
        for mechanism in ("USER", "PLAIN", "LOGIN"):
            with self.subTest(mechanism):
                pop3 = self.connect()
                pop3.greeting()
                self.assertTrue(pop3.log_in(USER, PASSWORD, mechanism).startswith(b"+OK"))

    def test_upgrades_to_tls(self):
        pop3 = self.connect()
        pop3.greeting()

        self.assertTrue(pop3.stls(self.context).startswith(b"+OK"))
        self.assertTrue(pop3.log_in(USER, PASSWORD).startswith(b"+OK"))

    def test_half_closes_and_reads_on(self):
        pop3 = self.log_in()

        pop3.send(b"RETR 1\r\n")
        pop3.half_close()

        octets, how = pop3.read_to_end()
        self.assertIn(b"\r\n.\r\n", octets)
        self.assertEqual(how, "closed")

    def test_a_reader_that_stalls_holds_the_server_up_and_loses_nothing(self):
        pop3 = self.log_in(receive_buffer=4096)
        pop3.send(b"RETR 2\r\n")
        pop3.read_line()

        slowly = b"".join(pop3.read_exactly(1000) for _ in range(10))
        rest = pop3.read_multiline()

        self.assertEqual(mail.off_the_wire(slowly + rest), mail.big(3_000_000))

    def test_resets(self):
        pop3 = self.log_in()
        pop3.send(b"RETR 2\r\n")

        pop3.reset()

        self.assertTrue(self.log_in().ask("NOOP").startswith(b"+OK"))

    def test_an_answer_without_its_end_is_an_error(self):
        pop3 = self.log_in()
        pop3.send(b"QUIT\r\n")

        with self.assertRaises(EOFError):
            pop3.read_multiline()


if __name__ == "__main__":
    unittest.main()
