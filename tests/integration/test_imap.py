"""IMAP through the gateway, in front of servers that people use.

After the login the gateway passes octets on, so what is compared is what the same server says
without a gateway: capabilities, and octets of messages.
"""

import imaplib
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.imap_case import PASSWORD, USER, ThroughTheGateway
from tests.integration.lab import mail
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.ports import HOST
from tests.integration.lab.upstream import IMAP_SECONDS, expect_ok, fetch_bodies

LARGE = 25 * 1024 * 1024


class ServerContract(ThroughTheGateway):
    """What must work whichever server is behind."""

    def test_I025_tells_the_capabilities_of_the_server(self):
        connection = self.connect()

        answer = expect_ok(connection.login(USER, PASSWORD))[-1].decode()

        told = set(answer.partition("[CAPABILITY ")[2].partition("]")[0].split())
        direct = self.server.capabilities(USER)
        hidden = {name for name in direct if name.startswith("AUTH=")}
        hidden |= {"STARTTLS", "LOGINDISABLED", "LOGIN-REFERRALS", "MAILBOX-REFERRALS",
                   "UNAUTHENTICATE"}
        self.assertEqual(told, direct - hidden)

    def test_I026_never_offers_more_before_login_than_the_server_has_after(self):
        self.logged_in().logout()

        offered = set(self.connect().capabilities)

        has = self.server.capabilities(USER)
        self.assertLessEqual(offered & {"LITERAL+", "LITERAL-", "IDLE", "UIDPLUS"}, has)

    def test_fetches_every_octet_in_every_mode(self):
        direct = self.server.read_back(USER)
        for mode in ("clear", "starttls", "implicit"):
            with self.subTest(mode):
                connection = self.logged_in(mode)
                expect_ok(connection.select("INBOX"))
                self.assertEqual(fetch_bodies(connection, "1:*"), direct)
                connection.logout()

    def test_I043_hears_the_end_of_logout(self):
        connection = self.logged_in()

        kind, words = connection.logout()

        self.assertEqual(kind, "BYE")
        self.assertTrue(words)

    def test_I031_refuses_wrong_passwords_and_unknown_users_alike(self):
        said = []
        for user in (USER, "nobody@example.test"):
            connection = self.connect()
            with self.assertRaises(imaplib.IMAP4.error) as refusal:
                connection.login(user, "wrong" + user)
            said.append(str(refusal.exception))

        self.assertEqual(said[0], said[1])
        self.assertIn("AUTHENTICATIONFAILED", said[0])

    def test_I039_takes_and_gives_back_a_large_message(self):
        user = self.new_user()
        connection = self.logged_in(user=user)
        large = mail.big(LARGE)

        expect_ok(connection.append("INBOX", None, None, large))
        expect_ok(connection.select("INBOX"))
        (fetched,) = fetch_bodies(connection, "1:*").values()

        self.assertTrue(fetched == large)
        connection.logout()

    def test_I021_runs_what_came_behind_login_after_it(self):
        context = self.server.pki.client_context()
        raw = socket.create_connection((HOST, self.gateway.port("imaps")), IMAP_SECONDS)
        with context.wrap_socket(raw, server_hostname="localhost") as client:
            quoted = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
            client.sendall(f'a LOGIN {USER} "{quoted}"\r\nb SELECT INBOX\r\nc LOGOUT\r\n'.encode())
            heard = b"".join(iter(lambda: client.recv(65536), b""))

        tags = [line[:2] for line in heard.splitlines() if line[:2] in (b"a ", b"b ", b"c ")]
        self.assertEqual(tags, [b"a ", b"b ", b"c "])
        self.assertIn(b"5 EXISTS", heard)


class DovecotTest(ServerContract, unittest.TestCase):
    make_server = Dovecot

    def test_I045_T072_no_credential_is_logged(self):
        secret = "Zx9-planted-secret"
        connection = self.connect("clear")
        with self.assertRaises(imaplib.IMAP4.error):
            connection.login(USER, secret)
        raw = socket.create_connection((HOST, self.gateway.port("imap")), IMAP_SECONDS)
        with raw:
            raw.sendall(b"a LOGIN joe {18+}\r\n" + secret.encode() + b"\r\nb " +
                        secret.encode() + b"\r\nc LOGOUT\r\n")
            self.assertIn(b"c OK", b"".join(iter(lambda: raw.recv(65536), b"")))

        log = self.gateway.whole_log()
        self.assertNotIn(secret, log)
        self.assertIn("login.refused", log)


class CyrusTest(ServerContract, unittest.TestCase):
    make_server = Cyrus


class CourierTest(ServerContract, unittest.TestCase):
    make_server = Courier


class LegacyFrontTest(ServerContract, unittest.TestCase):
    make_server = LegacyFront


if __name__ == "__main__":
    unittest.main()
