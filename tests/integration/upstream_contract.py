"""What every server of the laboratory has to do before a gateway is put in front of it.

A test module mixes `UpstreamContract` with unittest.TestCase and names the server. The tests are
about the laboratory, not about the gateway, so they carry no row numbers.
"""

import imaplib

from tests.integration.lab import mail

USER = "joe@example.test"
PASSWORD = 'p"a\\ss:wo rd'


class UpstreamContract:
    """`make_server` makes the server; `not_taken` names messages that it cannot hold."""

    make_server = None
    not_taken = ()

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server().start()
        cls.addClassCleanup(cls.server.stop)
        cls.messages = {name: octets for name, octets in mail.HOSTILE.items()
                        if name not in cls.not_taken}
        cls.server.add_user(USER, PASSWORD)
        cls.server.deliver(USER, cls.messages.values())

    def fresh_user(self, *messages):
        """A user of this test alone, with these messages."""
        user = f"{self._testMethodName.lower()[-40:]}@example.test"
        self.server.add_user(user, PASSWORD)
        self.server.deliver(user, messages)
        return user

    def test_shows_hostile_mail_as_its_page_says(self):
        shown = self.server.read_back(USER)

        self.assertEqual(len(shown), len(self.messages))
        for (name, octets), found in zip(self.messages.items(), shown.values()):
            with self.subTest(name):
                self.assertEqual(found, self.server.as_stored(octets))

    def test_serves_in_clear_with_starttls_and_with_implicit_tls(self):
        for mode in ("clear", "starttls", "implicit"):
            with self.subTest(mode), self.server.imap(USER, mode) as connection:
                self.assertEqual(connection.noop()[0], "OK")

    def test_refuses_a_wrong_password(self):
        connection = self.server.connect()
        self.addCleanup(connection.logout)

        with self.assertRaises(imaplib.IMAP4.error):
            connection.login(USER, "wrong")

    def test_takes_a_user_made_while_it_runs(self):
        user = self.fresh_user(mail.ordinary(1))

        self.assertEqual(list(self.server.read_back(user).values()), [mail.ordinary(1)])

    def test_shows_later_deliveries_behind_earlier_ones(self):
        user = self.fresh_user(mail.ordinary(1), mail.ordinary(2))
        before = list(self.server.read_back(user))

        self.server.deliver(user, [mail.ordinary(3)])

        after = self.server.read_back(user)
        self.assertEqual(list(after)[:2], before)
        self.assertEqual(list(after.values())[2], mail.ordinary(3))

    def test_expunges_elsewhere_only_what_is_named(self):
        user = self.fresh_user(*(mail.ordinary(number) for number in range(1, 6)))
        uids = list(self.server.read_back(user))

        self.server.expunge_elsewhere(user, uids[1], uids[3])

        left = list(self.server.read_back(user).values())
        self.assertEqual(left, [mail.ordinary(number) for number in (1, 3, 5)])

    def test_holds_a_message_of_25_mib(self):
        user = self.fresh_user(mail.big())

        (shown,) = self.server.read_back(user).values()

        self.assertEqual(len(shown), len(mail.big()))
        self.assertTrue(shown == mail.big(), "the octets differ")

    def test_capabilities_after_login_are_known(self):
        self.assertIn("IMAP4rev1", self.server.capabilities())
        self.assertIn("IMAP4rev1", self.server.capabilities(USER, "implicit"))
