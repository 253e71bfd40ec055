"""Postfix in the laboratory: it takes mail from who has logged in, and relays nothing.

Further: it refuses what it is said to refuse, does without extensions, and believes XCLIENT.
"""

import smtplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.senders import Service
from tests.integration.clients.senders.raw import greeted, open_service
from tests.integration.lab import letters
from tests.integration.lab.arrivals import Arrivals
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

    def test_refuses_recipients_and_messages_that_are_named_so(self):
        refused = letters.letter(Postfix.REFUSED_SUBJECT, USER, body=b"x\r\n")
        with self.open() as smtp:
            answers = smtp.envelope(USER, Postfix.REFUSED, Postfix.LATER, USER)
            self.assertEqual([answer[:9] for answer in answers],
                             [b"250 2.1.0", b"550 5.1.1", b"450 4.2.1", b"250 2.1.5"])
            self.assertTrue(smtp.data(refused).startswith(b"550 5.7.1 not like this"))
            size = smtp.ask(f"MAIL FROM:<{USER}> SIZE={Postfix.SIZE_LIMIT + 1}")
            self.assertTrue(size.startswith(b"552 5.3.4"), size)

    def test_lacks_the_extensions_that_it_is_to_lack(self):
        with self.open() as smtp:
            self.assertTrue({b"PIPELINING", b"8BITMIME", b"DSN", b"SMTPUTF8"} <= keywords(smtp))
        settings = Postfix.without("PIPELINING", "8BITMIME", "DSN", "SMTPUTF8")
        plain = self.enterContext(Postfix(self.dovecot, settings=settings))
        with self.open(plain) as smtp:
            offered = keywords(smtp)
            self.assertTrue({b"SIZE", b"AUTH", b"ENHANCEDSTATUSCODES"} <= offered)
            self.assertFalse({b"PIPELINING", b"8BITMIME", b"DSN", b"SMTPUTF8"} & offered)

    def test_believes_what_xclient_says_if_told_to(self):
        trusting = self.enterContext(Postfix(self.dovecot, settings=Postfix.TRUSTING))
        arrivals = Arrivals(self.dovecot, USER)
        with greeted(self.service(trusting)) as smtp:
            self.assertIn(b"XCLIENT", keywords(smtp))
            answers = smtp.pipeline(
                "XCLIENT ADDR=203.0.113.9 PORT=4711 HELO=there.test PROTO=ESMTP "
                f"LOGIN={USER.replace('@', '+40')}", "EHLO there.test")
            self.assertEqual([answer[:3] for answer in answers], [b"220", b"250"])
            sent = smtp.submit(USER, [USER], letters.letter("plain", USER))
            self.assertTrue(sent.startswith(b"250"), sent)

        (octets,) = arrivals.take()
        self.assertIn("from there.test (localhost [203.0.113.9])",
                      letters.received_fields(octets)[0])
        self.assertRegex(trusting.log(), rf"client=localhost\[203.0.113.9\].*sasl_username={USER}")
        with self.open() as smtp:
            self.assertNotIn(b"XCLIENT", keywords(smtp))

    def service(self, postfix, mode="starttls"):
        port = postfix.tls_port if mode == "implicit" else postfix.port
        return Service("localhost", port, USER, PASSWORD, mode, self.dovecot.pki.ca_file)

    def open(self, postfix=None):
        return open_service(self.service(postfix or self.postfix))


def keywords(smtp):
    """The extensions that a server has offered, their parameters left out."""
    return {line[4:].split()[0] for line in smtp.offer.splitlines()[1:]}


if __name__ == "__main__":
    unittest.main()
