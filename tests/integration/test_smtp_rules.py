"""Who may send, and how much: the relay's own rules, on real sockets before a scripted server."""

import itertools
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw_smtp import RawSmtp, encoded, stuffed
from tests.integration.fleet import forms
from tests.integration.gateway_case import resident_octets
from tests.integration.lab import letters
from tests.integration.lab.process import wait_until
from tests.integration.scripted_smtp import HOLD, STALL
from tests.integration.submission_case import PASSWORD, QUICK, TO, USER, SubmissionCase, keywords

_SECONDS = 30
_LARGE_SECONDS = 120
_PLAIN = encoded(f"\0{USER}\0{PASSWORD}").decode()
_LONG_TOKEN = 9_000  # octets before base64: 12,000 behind
_LARGE = 40 << 20
_GROWTH_MAX = 8 << 20
_IN_BUFFERS_MAX = 16 << 20  # what sockets and the gateway may hold on the way
_LINE = b"a line of some length, and a number: 0123456789\r\n"


class OrderTest(SubmissionCase):
    settings = {"auth": {"failure_delay": "0s"}}  # it grows, and there will be hundreds
    COMMANDS = (f"MAIL FROM:<{USER}>", f"RCPT TO:<{TO}>", "DATA", "RSET", "EHLO client.test",
                f"AUTH PLAIN {encoded(chr(0) + 'joe' + chr(0) + 'wrong-Kq8').decode()}")

    def test_T029_S009_S044_G004_no_order_of_commands_sends_without_a_login(self):
        self.server.wrong_passwords.add("wrong-Kq8")
        for hello, longest in (("EHLO client.test", 4), ("HELO client.test", 3)):
            for order in itertools.chain.from_iterable(
                    itertools.permutations(self.COMMANDS, length)
                    for length in range(1, longest + 1)):
                with self.connected() as smtp:
                    self.assert_reply(smtp.ask(hello), "250")
                    smtp.pipeline(*order)

        for dialogue in self.server.dialogues:
            self.assertLessEqual(set(dialogue.verbs()), {"EHLO", "AUTH", "QUIT"})
        self.assertEqual(self.server.messages, [])

    def connected(self):
        smtp = RawSmtp("localhost", self.gateway.port("device"))
        self.addCleanup(smtp.close)
        self.assert_reply(smtp.reply(), "220")
        return smtp

    def test_S009_before_tls_nothing_is_let_in_where_tls_is_due(self):
        with RawSmtp("localhost", self.gateway.port("submission")) as smtp:
            smtp.reply()
            self.assertNotIn("AUTH", keywords(smtp.ask("EHLO client.test")))
            self.assert_reply(smtp.ask(f"MAIL FROM:<{USER}>"), "530 5.7.0")
            self.assertRegex(smtp.ask(f"AUTH PLAIN {_PLAIN}"), rb"\A53[08] 5\.7\.")
        self.assertEqual(self.server.lines("AUTH"), [])


class AuthTest(SubmissionCase):
    def test_S016_every_form_of_a_login_works(self):
        long = "x" * _LONG_TOKEN
        forms_of_auth = {
            "PLAIN at once": [f"AUTH PLAIN {_PLAIN}"],
            "PLAIN when asked": ["AUTH PLAIN", _PLAIN],
            "plain": [f"auth plain {_PLAIN}"],
            "LOGIN": ["AUTH LOGIN", encoded(USER).decode(), encoded(PASSWORD).decode()],
            "LOGIN with the user": [f"AUTH LOGIN {encoded(USER).decode()}",
                                    encoded(PASSWORD).decode()],
            "a long password": ["AUTH PLAIN", encoded(f"\0{USER}\0{long}").decode()],
        }
        for name, said in forms_of_auth.items():
            with self.subTest(name):
                self.server.forget()
                smtp = self.greeted()
                for line in said[:-1]:
                    self.assertRegex(smtp.ask(line), rb"\A334 ")
                self.assert_reply(smtp.ask(said[-1]), "235 2.7.0")
                (login,) = [login for dialogue in self.server.dialogues
                            for login in dialogue.logins]
                self.assertEqual(login, (USER, long if "long" in name else PASSWORD))

    def test_S016_a_login_that_is_called_off_or_is_no_base64_is_501(self):
        for said in (["AUTH PLAIN", "*"], ["AUTH LOGIN", "*"], ["AUTH PLAIN", "#"],
                     ["AUTH PLAIN ="], ["AUTH LOGIN", encoded(USER).decode(), "*"]):
            with self.subTest(said):
                smtp = self.greeted()
                answers = [smtp.ask(line) for line in said]
                self.assertRegex(answers[-1], rb"\A50[01] 5\.")
        self.assertEqual(self.server.lines("AUTH"), [])

    def test_S019_a_second_login_is_refused(self):
        smtp = self.open()
        self.assert_reply(smtp.ask(f"AUTH PLAIN {_PLAIN}"), "503 5.5.1")
        self.assert_sound(smtp)


class PipelineTest(SubmissionCase):
    def test_S026_commands_sent_at_once_are_answered_in_order(self):
        smtp = self.open()

        answers = smtp.pipeline(f"MAIL FROM:<{USER}>", "RCPT TO:<a@x.test>", "RCPT TO:<b@x.test>",
                                "NOOP", "DATA")
        self.assertEqual([answer[:3] for answer in answers], [b"250"] * 4 + [b"354"])
        smtp.send(stuffed(letters.letter("dots", TO, USER)) + b"NOOP\r\nQUIT\r\n")

        self.assertEqual([smtp.reply()[:3] for _ in range(3)], [b"250", b"250", b"221"])
        self.assertEqual(len(self.server.taken()), 1)

    def test_S027_data_before_its_go_ahead_ends_the_session_and_delivers_nothing(self):
        text = stuffed(b"Subject: early\r\n\r\nearly\r\n")
        for name, octets in (("at once", b"DATA\r\n" + text), ("its first octet", b"DATA\r\nS")):
            with self.subTest(name):
                self.server.forget()
                smtp = self.open()
                smtp.envelope(USER, TO)
                smtp.send(octets)
                heard, _ = smtp.read_to_end()
                self.assertRegex(heard, rb"\A503 5\.5\.0 ")
                self.server.wait_all_ended()
                self.assertEqual(self.server.ended(), [])


class LargeTest(SubmissionCase):
    submission = {"max_size": "41MiB"}
    smtp = dict.fromkeys(QUICK, "20s")  # so much mail keeps the scripted server busy for a while
    # The session before the stalled server lasts as long as the gateway is patient with that.
    settings = {"server": {"workers": 1, "drain_timeout": "2s"}}

    def send_lines(self, smtp, octets):
        """So much text, in a thread, so that it may stall."""
        block = _LINE * 2048

        def send():
            try:
                for _ in range(octets // len(block)):
                    smtp.send(block)
                    self.sent += len(block)
                smtp.send(b".\r\n")
            except OSError:  # the test has seen enough, and closed it
                pass

        self.sent = 0
        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        return thread

    def test_S042_much_mail_takes_little_memory(self):
        smtp = self.open()
        self.assert_sound(smtp)
        before = resident_octets(self.gateway.process.pid)
        self.in_data(smtp)

        self.send_lines(smtp, _LARGE).join(_LARGE_SECONDS)

        self.assert_reply(smtp.reply(), "250")
        self.assertLess(resident_octets(self.gateway.process.pid) - before, _GROWTH_MAX)
        self.assertGreater(len(self.server.taken()[-1].wire), _LARGE * 9 // 10)

    def test_S012_what_is_too_large_is_552_and_has_no_end_upstream(self):
        smtp = self.open()
        self.in_data(smtp)

        self.send_lines(smtp, _LARGE + (4 << 20)).join(_LARGE_SECONDS)

        self.assert_reply(smtp.reply(), "552 5.3.4")
        self.assertEqual(self.server.ended(), [])
        self.assert_sound(smtp)

    def test_S042_an_upstream_that_takes_nothing_stops_the_client(self):
        self.server.on("data", STALL, after=1000)
        smtp = self.open()
        before = resident_octets(self.gateway.process.pid)
        self.in_data(smtp)
        thread = self.send_lines(smtp, _LARGE)
        marks = []

        def stands_still():
            marks.append(self.sent)
            return len(marks) > 50 and marks[-50] == marks[-1]

        wait_until(stands_still, _SECONDS, "the client's standstill")

        self.assertLess(self.sent, _IN_BUFFERS_MAX)
        self.assertLess(resident_octets(self.gateway.process.pid) - before, _GROWTH_MAX)
        smtp.close()
        thread.join(_LARGE_SECONDS)


class DrainTest(SubmissionCase):
    settings = {"server": {"workers": 1, "drain_timeout": "2s"}}

    def setUp(self):
        super().setUp()
        self.addCleanup(self.restart)

    def restart(self):
        self.gateway.stop()
        self.gateway.start()

    def test_F053_sigterm_lets_a_submission_end(self):
        self.server.on("dot", HOLD)
        smtp = self.open()
        self.in_data(smtp)
        smtp.send(b"Subject: x\r\n\r\n")

        self.gateway.terminate()
        smtp.send(b"text\r\n.\r\n")
        self.server.wait_held()
        self.server.release()

        self.assert_reply(smtp.reply(), "250")
        self.assertEqual(self.gateway.wait_ended(), 0)
        self.assertEqual(len(self.server.taken()), 1)

    def test_F053_one_that_takes_too_long_is_dropped_before_its_dot(self):
        smtp = self.open()
        self.in_data(smtp)
        smtp.send(b"Subject: x\r\n\r\n")

        self.gateway.terminate()

        self.assertRegex(smtp.read_to_end()[0], rb"\A(?:421 [^\r\n]*\r\n)?\Z")
        self.assertEqual(self.gateway.wait_ended(), 0)
        self.server.wait_all_ended()
        self.assertEqual(self.server.ended(), [])


class LogTest(SubmissionCase):
    def test_S046_no_log_holds_a_credential_or_mail(self):
        planted = "planted-in-the-mail-7361"
        smtp = self.open("starttls", mechanism="LOGIN")
        text = f"Subject: {planted}\r\n\r\n{planted}\r\n".encode()
        self.assert_reply(smtp.submit(USER, [TO], text), "250")
        smtp.ask("QUIT")
        smtp.close()
        self.server.wait_all_ended()

        log = self.gateway.whole_log()
        self.assertIn(USER, log, "the log is there")
        for secret in (PASSWORD, planted):
            self.assertEqual([form for form in forms(secret) if form in log], [])


if __name__ == "__main__":
    unittest.main()
