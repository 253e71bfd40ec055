"""The ways into the fault server: passwords, tokens, mechanisms, STARTTLS, implicit TLS.

A gateway is judged by what it sends here and in which state of the connection, so the record of
what came in clear and what came in TLS is tested here too.
"""

import base64
import imaplib
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_case import PASSWORD, USER, FaultImapCase
from tests.integration.lab import process, tls
from tests.support.fault_imap import FaultImap


class LoginTest(FaultImapCase):
    settings = {"mechanisms": ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")}

    def test_takes_the_password_as_quoted_string_literal_and_plain(self):
        quoted = self.log_in()
        name = f"{{{len(USER)}+}}\r\n{USER}"
        literal = self.talk(f"a LOGIN {name} {{{len(PASSWORD)}+}}\r\n{PASSWORD}")
        initial = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        plain = self.talk(f"a AUTHENTICATE PLAIN {initial}")
        steps = self.connect().authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())

        self.assertEqual(quoted.state, "SELECTED")
        self.assertIn("a OK [CAPABILITY", literal)
        self.assertIn("a OK [CAPABILITY", plain)
        self.assertEqual(steps[0], "OK")

    def test_asks_for_a_literal(self):
        with socket.create_connection((self.server.host, self.server.clear_port), 10) as raw:
            lines = raw.makefile("rb")
            lines.readline()
            raw.sendall(b"a LOGIN {%d}\r\n" % len(USER))
            self.assertTrue(lines.readline().startswith(b"+ "))
            raw.sendall(USER.encode() + b' "x"\r\n')

            self.assertTrue(lines.readline().startswith(b"a NO [AUTHENTICATIONFAILED]"))

    def test_takes_the_login_mechanism(self):
        answers = iter((USER.encode(), PASSWORD.encode()))

        self.assertEqual(self.connect().authenticate("LOGIN", lambda _: next(answers))[0], "OK")

    def test_takes_a_token_and_tells_a_wrong_one_in_a_challenge(self):
        self.server.store.accounts[USER].tokens.add("good")
        challenges = []

        def respond(token):
            def response(challenge):
                challenges.append(challenge)
                first = f"user={USER}\x01auth=Bearer {token}\x01\x01".encode()
                return b"" if challenge else first
            return response

        self.assertEqual(self.connect().authenticate("XOAUTH2", respond("good"))[0], "OK")
        with self.assertRaises(imaplib.IMAP4.error):
            self.connect().authenticate("XOAUTH2", respond("bad"))

        self.assertEqual(challenges[:2], [b"", b""])
        self.assertIn(b'"status":"401"', challenges[2])

    def test_refuses_a_wrong_password_and_a_cancelled_exchange(self):
        self.assertIn("a NO [AUTHENTICATIONFAILED]", self.talk(f"a LOGIN {USER} wrong"))
        self.assertIn("a BAD cancelled", self.talk("a AUTHENTICATE PLAIN", "*"))

    def test_shows_before_login_only_what_matters_then(self):
        connection = self.connect()

        self.assertIn("AUTH=PLAIN", connection.capabilities)
        self.assertNotIn("UIDPLUS", connection.capabilities)


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("fault-tls")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = tls.Pki(folder / "tls")

    def setUp(self):
        good = self.pki.good
        self.server = FaultImap(certificate=(good.chain, good.private_key)).start()
        self.addCleanup(self.server.stop)
        self.server.add_user(USER, "planted-secret")

    def test_serves_starttls_and_implicit_tls(self):
        upgraded = imaplib.IMAP4(self.server.host, self.server.clear_port, timeout=10)
        upgraded.starttls(self.pki.client_context())
        implicit = imaplib.IMAP4_SSL(self.server.host, self.server.tls_port, timeout=10,
                                     ssl_context=self.pki.client_context())
        for connection in (upgraded, implicit):
            connection.login(USER, "planted-secret")
            connection.logout()

        self.assertNotIn("STARTTLS", upgraded.capabilities)
        self.assertTrue(all(seen.in_tls for seen in self.server.commands
                            if seen.line.startswith("LOGIN")))

    def test_keeps_what_came_in_clear_apart_from_what_came_in_tls(self):
        secure = imaplib.IMAP4_SSL(self.server.host, self.server.tls_port, timeout=10,
                                   ssl_context=self.pki.client_context())
        secure.login(USER, "planted-secret")
        in_clear = self.server.octets_received(in_clear_only=True)
        clear = imaplib.IMAP4(self.server.host, self.server.clear_port, timeout=10)
        clear.login(USER, "planted-secret")
        for connection in (secure, clear):
            connection.logout()

        self.assertNotIn(b"planted-secret", in_clear)
        self.assertIn(b"planted-secret", self.server.octets_received())
        self.assertIn(b"planted-secret", self.server.octets_received(in_clear_only=True))

    def test_ends_a_connection_that_sends_commands_behind_starttls(self):
        with socket.create_connection((self.server.host, self.server.clear_port), 10) as raw:
            raw.recv(4096)
            raw.sendall(b"a STARTTLS\r\nb NOOP\r\n")
            said = b"".join(iter(lambda: raw.recv(4096), b""))

        self.assertEqual(said, b"a OK begin TLS\r\n")
        self.assertEqual(self.server.sessions[0].early_octets, b"b NOOP\r\n")

    def test_need_not_offer_starttls(self):
        self.server.settings.starttls = False
        connection = imaplib.IMAP4(self.server.host, self.server.clear_port, timeout=10)
        self.addCleanup(connection.shutdown)

        self.assertNotIn("STARTTLS", connection.capabilities)
        self.assertEqual(connection._simple_command("NOOP")[0], "OK")

    def test_shows_a_bad_certificate_when_told_to(self):
        bad = self.pki.bad("weak_key")
        with FaultImap(certificate=(bad.chain, bad.private_key)) as server:
            with self.assertRaisesRegex(OSError, "key too weak"):
                imaplib.IMAP4_SSL(server.host, server.tls_port, timeout=10,
                                  ssl_context=self.pki.client_context())


if __name__ == "__main__":
    unittest.main()
