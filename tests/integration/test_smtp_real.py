"""Mail that people's programs send through the gateway, to Postfix, into Dovecot, and read again.

Every program sends by STARTTLS and by implicit TLS; what it sent is read back through the gateway's
own POP3 and IMAP, octet for octet but for trace fields. Then what Postfix refuses, what it lacks,
and what it is told about the client.
"""

import contextlib
import imaplib
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import clients
from tests.integration.clients import senders
from tests.integration.clients.senders.raw import greeted, open_service
from tests.integration.fleet import forms
from tests.integration.gateway import Gateway
from tests.integration.lab import letters, process
from tests.integration.lab.arrivals import Arrivals
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.postfix import Postfix
from tests.integration.lab.upstream import expect_ok, fetch_bodies, log_in
from tests.integration.submission_case import keywords, relay_settings, service

USER, PASSWORD = "joe@example.test", "p\"Zq's\\s w$7rd"
READER = "reader@example.test"
LACKS = ("PIPELINING", "8BITMIME", "DSN", "SMTPUTF8")
OURS = {"PIPELINING", "SIZE", "ENHANCEDSTATUSCODES", "AUTH", "STARTTLS"}


def setUpModule():
    global dovecot, folder
    folder = process.work_folder("smtp-real")
    unittest.addModuleCleanup(process.remove_folder, folder)
    dovecot = unittest.enterModuleContext(Dovecot(settings=Postfix.DOVECOT_SETTINGS))
    for user in (USER, READER):
        dovecot.add_user(user, PASSWORD)


class RealCase(unittest.TestCase):
    """Postfix before the Dovecot of the module, and the gateway before both."""

    postfix_settings = ""
    upstream_tls = "starttls"
    smtp = {}
    submission = {}

    @classmethod
    def setUpClass(cls):
        cls.postfix = cls.enterClassContext(Postfix(dovecot, settings=cls.postfix_settings))
        port = cls.postfix.tls_port if cls.upstream_tls == "implicit" else cls.postfix.port
        settings = relay_settings(port, cls.upstream_tls, dovecot.pki.ca_file,
                                  submission=cls.submission, smtp=cls.smtp)
        settings["listener"]["imaps"] = {"protocol": "imap", "tls": "implicit",
                                         "listen": [f"{HOST}:{free_port()}"]}
        settings["server"] = {"workers": 1}
        cls.gateway = cls.enterClassContext(Gateway(dovecot, settings=settings))

    @classmethod
    def tearDownClass(cls):
        assert cls.gateway.stop() == 0, cls.gateway.log()[-2000:]
        found = [form for form in forms(PASSWORD) if form in cls.gateway.log()]
        assert not found, f"secrets in the gateway's output: {found}"

    def service(self, mode="starttls", **options):
        return service(self.gateway, dovecot.pki, USER, mode=mode,
                       **{"password": PASSWORD, **options})

    def open(self, mode="starttls", mechanism="PLAIN", **options):
        smtp = open_service(self.service(mode), mechanism, **options)
        self.addCleanup(smtp.close)
        return smtp

    def sent(self, name="plain", **options):
        """A letter that goes through, as it has arrived."""
        arrivals = Arrivals(dovecot, READER)
        text = letters.letter(name, READER, USER)
        answer = self.open(**options).submit(USER, [READER], text)
        self.assertRegex(answer, rb"\A250 2\.0\.0 Ok: queued as ")
        (octets,) = arrivals.take()
        self.assertEqual(letters.without_trace(octets).removesuffix(b"\r\n"),
                         text.removesuffix(b"\r\n"))
        return octets

    def assert_refuses_a_wrong_password(self):
        with greeted(self.service()) as smtp:
            self.assertRegex(smtp.log_in(USER, "wr0ng-Kq8vz"), rb"\A535 5\.7\.8 ")
            self.assertRegex(smtp.ask(f"MAIL FROM:<{USER}>"), rb"\A530 5\.7\.0 ")


class SenderTest(RealCase):
    """passthrough: the submission server judges the login."""

    def through_pop3(self):
        """All mail of the reader, in the order of its arrival."""
        maildrop = self.gateway.maildrop(READER, PASSWORD, "implicit")
        return clients.RawClient().fetch_all(maildrop, work_folder=folder / "pop3")

    def through_imap(self):
        connection = imaplib.IMAP4_SSL("localhost", self.gateway.port("imaps"), timeout=30,
                                       ssl_context=dovecot.pki.client_context())
        with contextlib.closing(connection.socket()):
            log_in(connection, READER, PASSWORD)
            expect_ok(connection.select("INBOX"))
            return list(fetch_bodies(connection, "1:*").values())

    def test_S030_S035_what_people_send_is_read_back_by_pop3_and_imap(self):
        for kind in senders.ALL:
            sender, sent = kind(), []
            arrivals = Arrivals(dovecot, READER)
            for number, name in enumerate(letters.NAMES):
                mode = ("starttls", "implicit")[number % 2]
                mechanism = sender.mechanisms[number // 2 % 2]
                sent.append(senders.Letter(USER, (READER,), letters.letter(name, READER, USER)))
                sender.send(self.service(mode), sent[-1], mechanism=mechanism,
                            work_folder=folder / f"{sender.name}-{name}")
            arrivals.take(len(sent))

            for way in (self.through_pop3, self.through_imap):
                # Postfix delivers in any order.
                got = sorted(sender.arrived(letters.without_trace(octets))
                             for octets in way()[-len(sent):])
                with self.subTest(sender=sender.name, way=way.__name__):
                    self.assertEqual(got, sorted(map(sender.expected, sent)))

    def test_S002_what_postfix_refuses_is_told_in_its_words(self):
        smtp = self.open()
        answers = smtp.envelope(USER, Postfix.REFUSED, READER, Postfix.LATER)
        self.assertEqual([answer[:9] for answer in answers],
                         [b"250 2.1.0", b"550 5.1.1", b"250 2.1.5", b"450 4.2.1"])
        self.assertIn(b"nobody of that name", answers[1])
        refused = letters.letter(Postfix.REFUSED_SUBJECT, READER, USER, b"x\r\n")
        self.assertEqual(smtp.data(refused)[:30], b"550 5.7.1 not like this\r\n")

    def test_S012_the_smaller_size_limit_is_told_and_held(self):
        smtp = self.open()
        limit = int(keywords(smtp.offer)["SIZE"])
        self.assertEqual(limit, Postfix.SIZE_LIMIT - 1024)
        self.assertRegex(smtp.ask(f"MAIL FROM:<{USER}> SIZE={limit + 1}"), rb"\A552 5\.3\.4 ")
        head = letters.letter("plain", READER, USER)
        answer = smtp.submit(USER, [READER], head + b"x" * 70 + b"\r\n" + b"y" * limit)
        self.assertRegex(answer, rb"\A552 5\.3\.4 ")
        self.assertNotIn(f"size={limit}", self.postfix.log())

    def test_a_wrong_password_is_535_in_the_words_of_postfix(self):
        self.assert_refuses_a_wrong_password()
        for kind in (senders.Swaks, senders.PythonSmtplib):
            with self.subTest(kind.name), self.assertRaises(Exception):
                kind().send(self.service(password="wr0ng-Kq8vz"),
                            senders.Letter(USER, (READER,), letters.letter("plain", READER)),
                            work_folder=folder / f"wrong-{kind.name}")

    def test_S006_S013_all_that_postfix_offers_and_we_know_is_offered_and_passes(self):
        smtp = self.open()
        offered = keywords(smtp.offer)
        self.assertLessEqual({"8BITMIME", "SMTPUTF8", "DSN", *OURS - {"STARTTLS"}}, set(offered))
        self.assertFalse({"VRFY", "ETRN", "CHUNKING", "XCLIENT", "BINARYMIME"} & set(offered))
        arrivals = Arrivals(dovecot, READER)
        answers = smtp.pipeline(
            f"MAIL FROM:<{USER}> SIZE=1000 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=some+2Bthing",
            f"RCPT TO:<{READER}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;{READER}")
        self.assertEqual([answer[:3] for answer in answers], [b"250", b"250"])
        self.assertRegex(smtp.data(letters.letter("eight_bit", READER, USER)), rb"\A250 ")
        arrivals.take()

    def test_S034_one_received_field_tells_of_the_client(self):
        fields = letters.received_fields(self.sent())

        (ours,) = [field for field in fields if "gateway.test" in field.split(" by ")[1]]
        self.assertRegex(ours, r"from client\.test \(\[127\.0\.0\.1\]\).* by gateway\.test "
                               r"with ESMTPSA id \S+; .* \+0000")
        self.assertIs(ours, fields[1], "behind what Postfix has put in front")


class LackingTest(RealCase):
    postfix_settings = Postfix.without(*LACKS)
    upstream_tls = "implicit"

    def test_S006_nothing_is_offered_that_the_upstream_lacks(self):
        with greeted(self.service("implicit")) as smtp:
            self.assertEqual(set(keywords(smtp.offer)), OURS - {"STARTTLS"})

    def test_S013_what_is_not_offered_is_refused(self):
        smtp = self.open()
        for parameters in ("BODY=8BITMIME", "SMTPUTF8", "RET=FULL", "ENVID=x"):
            with self.subTest(parameters):
                self.assertRegex(smtp.ask(f"MAIL FROM:<{USER}> {parameters}"), rb"\A555 5\.5\.4 ")
        self.assertRegex(smtp.ask(f"MAIL FROM:<{USER}>"), rb"\A250 ")
        for parameters in ("NOTIFY=NEVER", f"ORCPT=rfc822;{READER}"):
            with self.subTest(parameters):
                self.assertRegex(smtp.ask(f"RCPT TO:<{READER}> {parameters}"), rb"\A555 5\.5\.4 ")

    def test_S026_commands_sent_at_once_are_answered_in_order(self):
        smtp, arrivals = self.open(), Arrivals(dovecot, READER)
        answers = smtp.pipeline(f"MAIL FROM:<{USER}>", f"RCPT TO:<{Postfix.REFUSED}>",
                                f"RCPT TO:<{READER}>", "DATA")
        self.assertEqual([answer[:3] for answer in answers], [b"250", b"550", b"250", b"354"])
        smtp.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
        self.assertRegex(smtp.reply(), rb"\A250 ")
        arrivals.take()

    def test_undeclared_8_bit_text_passes(self):
        self.sent("eight_bit")


class ImapJudgesTest(RealCase):
    """imap: Dovecot's IMAP judges the login, and Postfix believes what we say of the client."""

    postfix_settings = Postfix.TRUSTING
    submission = {"auth": "imap"}
    smtp = {"send_client_address": "xclient"}

    def test_S022_a_wrong_password_opens_no_smtp_connection(self):
        with greeted(self.service()) as smtp:  # which may have asked what Postfix offers
            before = self.postfix.log().count("connect from")
            self.assertRegex(smtp.log_in(USER, "wr0ng-Kq8vz"), rb"\A535 5\.7\.8 ")
            self.assertEqual(self.postfix.log().count("connect from"), before)
        self.assert_refuses_a_wrong_password()

    def test_S020_S034_postfix_learns_who_the_client_is(self):
        octets = self.sent(source="127.0.0.7")

        fields = letters.received_fields(octets)
        self.assertRegex(fields[0], r"from client\.test \(.*\[127\.0\.0\.7\]\)")
        self.assertFalse([field for field in fields if " by gateway.test" in field])
        self.assertRegex(self.postfix.log(),
                         rf"client=\S*\[127\.0\.0\.7\].*sasl_username={re.escape(USER)}")
        self.assertEqual(self.postfix.log().count("sasl_method="),
                         self.postfix.log().count("sasl_method=XCLIENT"),
                         "no credentials of the user go there")


class TrustedTest(ImapJudgesTest):
    """trusted: the same, asked for by its other name."""

    submission = {"auth": "trusted"}


class RelayAccountTest(RealCase):
    """trusted, with an account of the gateway's own, before a server without XCLIENT."""

    submission = {"auth": "trusted"}
    smtp = {"auth": {"user": READER, "password": PASSWORD}}

    def test_S015_the_gateway_logs_in_and_names_the_sender(self):
        octets = self.sent()

        self.assertRegex(self.postfix.log(), rf"sasl_username={READER}, sasl_sender={USER}")
        self.assertTrue([field for field in letters.received_fields(octets)
                         if " by gateway.test" in field])


if __name__ == "__main__":
    unittest.main()
