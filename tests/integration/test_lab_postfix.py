"""Postfix in the laboratory: it takes mail from who has logged in, and relays nothing."""

import smtplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.postfix import Postfix
from tests.integration.lab.process import wait_until

USER, PASSWORD = "joe@example.test", "secret"
SECONDS = 20


class PostfixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dovecot = cls.enterClassContext(Dovecot(settings=Postfix.DOVECOT_SETTINGS))
        cls.dovecot.add_user(USER, PASSWORD)
        cls.postfix = cls.enterClassContext(Postfix(cls.dovecot))

    def connect(self, password=PASSWORD):
        smtp = self.enterContext(smtplib.SMTP("localhost", self.postfix.port, timeout=SECONDS))
        smtp.starttls(context=self.dovecot.pki.client_context())
        if password:
            smtp.login(USER, password)
        return smtp

    def test_delivers_into_the_mailbox_of_dovecot(self):
        before = len(self.dovecot.read_back(USER))

        self.connect().sendmail(USER, [USER], b"Subject: hi\r\n\r\n.dot\r\n")

        bodies = wait_until(lambda: list(self.dovecot.read_back(USER).values())[before:], SECONDS,
                            "delivery")
        self.assertTrue(bodies[0].endswith(b"\r\n\r\n.dot\r\n"), bodies)

    def test_takes_nothing_without_a_login(self):
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            self.connect(password=None).sendmail(USER, [USER], b"Subject: hi\r\n\r\n")

    def test_refuses_a_wrong_password(self):
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            self.connect(password="wrong")

    def test_relays_to_nobody_else(self):
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.connect().sendmail(USER, ["ann@elsewhere.test"], b"Subject: hi\r\n\r\n")

        self.assertEqual(list(refused.exception.recipients), ["ann@elsewhere.test"])


if __name__ == "__main__":
    unittest.main()
