"""Dovecot as the laboratory runs it: an upstream, and with its POP3 the oracle for clients.

Beside what all servers must do: 8-bit passwords, special mailboxes, trusted networks.
"""

import poplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import mail
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.upstream import expect_ok
from tests.integration.upstream_contract import PASSWORD, USER, UpstreamContract


class DovecotTest(UpstreamContract, unittest.TestCase):
    make_server = Dovecot

    def test_its_pop3_shows_what_its_imap_shows(self):
        user = self.fresh_user(mail.ordinary(1), mail.HOSTILE["dots"])
        pop3 = poplib.POP3(self.server.host, self.server.pop3_port, timeout=10)
        self.addCleanup(pop3.quit)

        pop3.user(user)
        pop3.pass_(PASSWORD)

        texts = [b"".join(line + b"\r\n" for line in pop3.retr(number)[1]) for number in (1, 2)]
        self.assertEqual(texts, list(self.server.read_back(user).values()))

    def test_a_user_may_have_a_password_outside_ascii(self):
        self.server.add_user("ann@example.test", "p\u00e4ssw\u00f6rd \u2603")
        self.server.deliver("ann@example.test", [mail.ordinary(1)])

        self.assertEqual(len(self.server.read_back("ann@example.test")), 1)

    def test_has_special_mailboxes(self):
        with self.server.imap(USER, mailbox=None) as connection:
            listed = b" ".join(expect_ok(connection.list()))

        self.assertIn(rb"\Trash", listed)
        self.assertIn(rb"\Sent", listed)


class DovecotSettingsTest(unittest.TestCase):
    def test_believes_the_client_address_of_a_trusted_network_only(self):
        for trusted in (True, False):
            with self.subTest(trusted=trusted), Dovecot(trusted=trusted) as server:
                server.add_user(USER, PASSWORD)
                connection = server.connect()
                expect_ok(connection.xatom("ID", '("x-originating-ip" "192.0.2.7")'))
                connection.login(USER, PASSWORD)
                connection.logout()

                self.assertEqual("rip=192.0.2.7" in server.log(), trusted)

    def test_advertises_only_what_it_is_told_to(self):
        with Dovecot(advertise="IMAP4rev1 MOVE") as server:
            server.add_user(USER, PASSWORD)

            self.assertEqual(server.capabilities(USER), {"IMAP4rev1", "MOVE"})


if __name__ == "__main__":
    unittest.main()
