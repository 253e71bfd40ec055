"""POP before SMTP, by the real binary with more than one worker: who read mail from an address may
send from there without AUTH, and nobody else may.

Clients come by a PROXY header from addresses of their own, since loopback never counts.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw_smtp import RawSmtp
from tests.integration.clients.raw_stream import RawStream
from tests.integration.lab import letters
from tests.integration.lab.ports import HOST, free_port
from tests.integration.scripted_smtp import EXTENSIONS
from tests.integration.submission_case import PASSWORD, TO, USER, SubmissionCase

OTHER = "ann@example.test"
HOME, ELSEWHERE, SHARED = "198.51.100.7", "198.51.100.8", "100.64.0.7"


class PopBeforeSmtpTest(SubmissionCase):
    extensions = (*EXTENSIONS, "XCLIENT NAME ADDR PORT PROTO HELO LOGIN")
    submission = {"auth": "pop_before_smtp", "pop_rate": "3/h"}
    settings = {
        "server": {"workers": 2, "trusted_proxies": ["127.0.0.0/8"]},
        "listener": {
            "device": {"proxy_protocol": "require", "pop_before_smtp": True},
            "behind": {"protocol": "pop3", "proxy_protocol": "require", "tls": "starttls",
                       "listen": [f"{HOST}:{free_port()}"], "cleartext_login": "always"},
            "imap": {"protocol": "imap", "proxy_protocol": "require", "tls": "starttls",
                     "listen": [f"{HOST}:{free_port()}"], "cleartext_login": "always"}}}

    def connected(self, kind, listener, address):
        connection = kind("localhost", self.gateway.port(listener))
        self.addCleanup(connection.close)
        header = f"PROXY TCP4 {address} 192.0.2.1 4711 {self.gateway.port(listener)}\r\n"
        connection.send(header.encode())
        return connection

    def read_mail(self, address, user=USER, password=PASSWORD):
        """A POP3 session from there; whether the login was taken."""
        pop = self.connected(RawStream, "behind", address)
        pop.read_line()
        pop.send(f"USER {user}\r\nPASS {password}\r\nQUIT\r\n".encode())
        return [pop.read_line() for _ in range(3)][1].startswith(b"+OK")

    def device(self, address):
        """A connection to send by that has said EHLO."""
        smtp = self.connected(RawSmtp, "device", address)
        smtp.reply()
        self.assert_reply(smtp.ask("EHLO printer.test"), "250")
        return smtp

    def assert_cannot_send(self, address, sender=USER):
        smtp = self.device(address)
        self.assert_reply(smtp.ask(f"MAIL FROM:<{sender}>"), "530 5.7.0")
        smtp.close()

    def test_S041_T029_G004_who_reads_mail_may_send_from_there_and_nobody_else(self):
        self.assert_cannot_send(HOME)
        self.assertFalse(self.read_mail(HOME, password="wrong-Kq8"))
        self.assert_cannot_send(HOME)
        self.assertTrue(self.read_mail(SHARED))
        self.assert_cannot_send(SHARED)
        self.assertTrue(self.read_mail(HOME))
        self.assert_cannot_send(ELSEWHERE)
        self.assert_cannot_send(HOME, OTHER)
        self.assert_cannot_send(HOME, "")
        self.assertEqual(self.server.lines("MAIL"), [])

        mail = letters.letter("plain", TO, USER)
        for _ in range(3):
            self.assert_reply(self.device(HOME).submit(USER, [TO], mail), "250")
        self.assert_reply(self.device(HOME).ask(f"MAIL FROM:<{USER}>"), "450 4.7.1")

        self.assertEqual(len(self.server.taken()), 3)
        self.assertEqual(self.server.lines("AUTH"), [])
        for line in self.server.lines("XCLIENT"):
            self.assertIn(f" ADDR={HOME} ".encode(), line)
            self.assertIn(f" LOGIN={USER}".encode(), line)
        self.assertEqual(self.gateway.metric("postern_submission_rate_limited_total"), 1)

    def test_S041_a_login_by_imap_counts_as_well(self):
        self.imap.add_user(OTHER, PASSWORD)
        imap = self.connected(RawStream, "imap", ELSEWHERE)
        imap.read_line()
        imap.send(f'a LOGIN "{OTHER}" "{PASSWORD}"\r\n'.encode())
        self.assertRegex(imap.read_line(), rb"\Aa OK ")

        answer = self.device(ELSEWHERE).submit(OTHER, [TO], letters.letter("plain", TO, OTHER))
        self.assert_reply(answer, "250")

    def test_S041_loopback_never_counts(self):
        self.assertTrue(self.read_mail("127.0.0.9"))
        self.assert_cannot_send("127.0.0.9")

    def test_S041_auth_works_as_ever(self):
        smtp = self.device("203.0.113.9")
        self.assert_reply(smtp.log_in(USER, "wrong-Kq8"), "535")
        self.assert_reply(smtp.log_in(USER, PASSWORD), "235")
        self.assert_reply(smtp.submit(USER, [TO], letters.letter("plain", TO, USER)), "250")


if __name__ == "__main__":
    unittest.main()
