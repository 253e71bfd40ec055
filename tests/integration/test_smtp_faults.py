"""The relay before a submission server that fails at each of its steps.

What the client hears is held against the table of failures, and what the server has seen against
the promises: 250 is the upstream's own 250, and a message whose end did not come has none upstream.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw_smtp import stuffed
from tests.integration.lab import letters
from tests.integration.scripted_smtp import (CUT, GARBAGE, HOLD, LEAVES, RESET, STALL, Fault,
                                             refuse)
from tests.integration.submission_case import PASSWORD, TO, USER, SubmissionCase

MAIL = letters.letter("dots", TO, USER)
LARGE = b"Subject: large\r\n\r\n" + b"a line of some length, and a number: 0123456789\r\n" * 40_000
ENDINGS = {"cut": CUT, "reset": RESET, "421": LEAVES, "garbage": GARBAGE}
TWO_LINES = b"550-5.7.1 The first line says little.\r\n550 5.7.1 Nor does the second.\r\n"
LOST = "451 4.4.2"
NO_LOGIN = "454 4.7.0"


class FaultCase(SubmissionCase):
    def setUp(self):
        super().setUp()
        # The gateway knows what is offered: the next connection upstream is for the login.
        self.greeted().close()
        self.server.wait_all_ended()
        self.server.forget()

    def log_in(self, mode="implicit"):
        smtp = self.greeted(mode)
        return smtp, smtp.log_in(USER, PASSWORD)

    def assert_nothing_upstream(self):
        """No message has its end there, and the connection that it came by is closed."""
        self.server.wait_all_ended()
        self.assertEqual(self.server.ended(), [])


class LoginTest(FaultCase):
    def test_S018_F044_an_upstream_that_cannot_be_asked_is_454(self):
        steps = {"greeting": {**ENDINGS, "stall": STALL, "554": refuse(b"554 5.3.2 no\r\n")},
                 "EHLO": {**ENDINGS, "stall": STALL},
                 "AUTH": {**ENDINGS, "stall": STALL}}
        for step, faults in steps.items():
            for name, fault in faults.items():
                with self.subTest(step=step, fault=name):
                    self.server.forget()
                    self.server.on(step, fault, times=None)
                    smtp, answer = self.log_in()
                    self.assert_reply(answer, NO_LOGIN)
                    self.server.forget()
                    self.assert_reply(smtp.log_in(USER, PASSWORD), "235")
                    self.assert_sound(smtp)

    def test_an_upstream_that_refuses_our_greeting_is_451(self):
        self.server.on("EHLO", refuse(b"550 5.7.1 no\r\n"), times=None)
        _, answer = self.log_in()
        self.assert_reply(answer, "451 4.3.5")

    def test_F044_a_refused_login_keeps_its_code(self):
        for reply in (b"535 5.7.8 wrong\r\n", b"534 5.7.9 too weak\r\n",
                      b"538 5.7.11 not in clear\r\n", b"454 4.7.0 later\r\n"):
            with self.subTest(reply):
                self.server.forget()
                self.server.on("AUTH", refuse(reply), times=None)
                _, answer = self.log_in()
                self.assert_reply(answer, reply[:9].decode())


class StartTlsTest(FaultCase):
    upstream_tls = "starttls"

    def test_S011_octets_behind_the_go_ahead_end_the_connection(self):
        for behind in (b"250 injected\r\n", b"2", b"250-x\r\n250 AUTH PLAIN\r\n"):
            with self.subTest(behind):
                self.server.forget()
                self.server.on("STARTTLS", refuse(b"220 2.0.0 go\r\n" + behind), times=None)
                _, answer = self.log_in()
                self.assert_reply(answer, NO_LOGIN)
                self.server.wait_all_ended()
                self.assertFalse(self.server.lines("AUTH"))

    def test_a_refused_or_broken_starttls_is_454_and_no_credential_leaves(self):
        for name, fault in {**ENDINGS, "stall": STALL,
                            "refused": refuse(b"454 4.7.0 no TLS now\r\n")}.items():
            for step in ("STARTTLS", "handshake"):
                with self.subTest(step=step, fault=name):
                    self.server.forget()
                    self.server.on(step, fault, times=None)
                    _, answer = self.log_in()
                    self.assert_reply(answer, NO_LOGIN)
                    self.assertFalse(self.server.lines("AUTH"))
                    self.server.forget()
                    self.assert_sound()

    def test_credentials_go_within_tls_only(self):
        self.assert_sound()

        for dialogue in self.server.dialogues:
            self.assertNotIn(b"AUTH PLAIN ", bytes(dialogue.clear))
        self.assertEqual([login for dialogue in self.server.dialogues
                          for login in dialogue.logins], [(USER, PASSWORD)])


class EnvelopeTest(FaultCase):
    def test_F044_refusals_reach_the_client_with_code_and_text(self):
        for reply in (b"550 5.7.1 not you\r\n", b"451 4.3.0 not now\r\n", TWO_LINES):
            for step in ("MAIL", "RCPT", "DATA", "dot"):
                with self.subTest(step=step, reply=reply):
                    self.server.forget()
                    self.server.on(step, refuse(reply))
                    smtp = self.open()
                    self.assertEqual(smtp.submit(USER, [TO], MAIL), reply)
                    self.assertEqual(self.server.taken(), [])
                    smtp.ask("RSET")
                    self.assert_sound(smtp)

    def test_S002_a_reply_without_enhanced_code_gets_one(self):
        self.server.on("dot", refuse(b"554-no\r\n554 never\r\n"))

        answer = self.open().submit(USER, [TO], MAIL)

        self.assertEqual(answer, b"554-5.0.0 no\r\n554 5.0.0 never\r\n")

    def test_S025_F044_each_recipient_has_its_own_answer(self):
        self.server.on("RCPT", refuse(b"550 5.1.1 nobody\r\n"), nth=2)
        self.server.on("RCPT", refuse(b"450 4.2.1 later\r\n"), nth=4)
        smtp = self.open()

        answers = smtp.envelope(USER, *(f"u{number}@x.test" for number in range(1, 6)))

        self.assertEqual([answer[:9] for answer in answers],
                         [b"250 2.1.0", b"250 2.1.5", b"550 5.1.1", b"250 2.1.5", b"450 4.2.1",
                          b"250 2.1.5"])
        self.assert_reply(smtp.data(MAIL), "250")
        (message,) = self.server.taken()
        self.assertEqual([line.split(b">")[0] for line in message.recipients],
                         [b"RCPT TO:<u1@x.test", b"RCPT TO:<u3@x.test", b"RCPT TO:<u5@x.test"])

    def test_S025_data_without_a_recipient_does_not_reach_the_upstream(self):
        self.server.on("RCPT", refuse(b"550 5.1.1 nobody\r\n"))
        smtp = self.open()

        smtp.envelope(USER, TO)

        self.assert_reply(smtp.ask("DATA"), "554 5.5.1")
        self.assertFalse(self.server.lines("DATA"))

    def test_an_upstream_lost_in_the_envelope_is_451_until_the_next_transaction(self):
        for name, fault in ENDINGS.items():
            with self.subTest(name):
                self.server.forget()
                self.server.on("RCPT", fault, nth=2)
                smtp = self.open()
                answers = smtp.envelope(USER, *("a@x.test", "b@x.test", "c@x.test"))
                self.assert_reply(answers[1], "250")
                self.assert_reply(answers[2], LOST)
                self.assert_reply(answers[3], LOST)
                self.assert_reply(smtp.ask("DATA"), LOST)
                self.assert_reply(smtp.ask("RSET"), "250")
                self.assert_sound(smtp)
                self.assertEqual(len(self.server.ended()), 1)

    def test_an_upstream_that_fails_at_every_mail_is_451(self):
        for name, fault in ENDINGS.items():
            with self.subTest(name):
                self.server.forget()
                self.server.on("MAIL", fault, times=None)
                smtp = self.open()
                self.assert_reply(smtp.ask(f"MAIL FROM:<{USER}>"), "451 4.4")
                self.server.forget()
                self.assert_sound(smtp)

    def test_S043_an_upstream_that_left_between_transactions_is_not_noticed(self):
        for name, leave in (("421", self.server.leave), ("EOF", self.server.drop_connections)):
            with self.subTest(name):
                self.server.forget()
                smtp = self.open()
                self.assert_sound(smtp)
                leave()
                self.server.wait_all_ended()
                self.assert_sound(smtp)
                self.assertEqual(len(self.server.taken()), 2)

    def test_an_upstream_lost_at_data_is_451(self):
        for name, fault in ENDINGS.items():
            with self.subTest(name):
                self.server.forget()
                self.server.on("DATA", fault)
                smtp = self.open()
                smtp.envelope(USER, TO)
                self.assert_reply(smtp.ask("DATA"), LOST)
                self.assertEqual(self.server.ended(), [])
                smtp.ask("RSET")
                self.assert_sound(smtp)


class DataTest(FaultCase):
    def test_S005_F047_an_upstream_lost_in_the_data_is_451_at_the_end(self):
        for name, fault in {"cut": CUT, "reset": RESET}.items():
            for after in (0, 1, 1000, 100_000):
                with self.subTest(fault=name, after=after):
                    self.server.forget()
                    self.server.on("data", fault, after=after)
                    smtp = self.open()
                    self.assert_reply(smtp.submit(USER, [TO], LARGE), LOST)
                    self.assertEqual(self.server.ended(), [])
                    self.assert_sound(smtp)

    def test_F047_an_answer_during_the_data_is_told_at_the_end(self):
        self.server.on("data", refuse(b"452 4.3.1 the disk is full\r\n"), after=1000)
        smtp = self.open()

        answer = smtp.submit(USER, [TO], LARGE)

        self.assertEqual(answer, b"452 4.3.1 the disk is full\r\n")
        self.assertEqual(self.server.taken(), [])
        self.assert_sound(smtp)

    def test_F047_a_farewell_during_the_data_is_a_temporary_failure_at_the_end(self):
        self.server.on("data", LEAVES, after=1000)
        smtp = self.open()

        self.assertRegex(smtp.submit(USER, [TO], LARGE), rb"\A4[25]1 4\.")
        self.assertEqual(self.server.ended(), [])

    def test_S001_an_acceptance_before_the_end_of_the_data_is_none(self):
        self.server.on("data", refuse(b"250 2.0.0 taken, whatever comes\r\n"), after=1000)
        smtp, wire = self.open(), stuffed(LARGE)
        self.in_data(smtp)
        smtp.send(wire[:2000])
        self.server.wait_said()
        smtp.send(wire[2000:])

        self.assert_reply(smtp.reply(), "451")
        self.assertEqual(self.server.taken(), [])
        self.assert_sound(smtp)

    def test_S004_F011_a_client_lost_in_the_data_leaves_no_end_upstream(self):
        wire = stuffed(LARGE)
        for mode in ("implicit", "clear"):
            for end in ("close", "reset", "half_close"):
                for sent in (0, 1, 70_000, len(wire) - 5, len(wire) - 3, len(wire) - 1):
                    with self.subTest(mode=mode, end=end, sent=sent):
                        self.server.forget()
                        smtp = self.open(mode)
                        self.in_data(smtp)
                        smtp.send(wire[:sent])
                        getattr(smtp, end)()
                        self.assert_nothing_upstream()

    def test_S004_a_client_whose_message_ends_in_a_dot_and_no_more_leaves_no_end(self):
        for rest in (b"\r\n.", b"\r\n.\r", b"\r\n", b"\n.\n", b"\r"):
            with self.subTest(rest):
                self.server.forget()
                smtp = self.open()
                self.in_data(smtp)
                smtp.send(b"Subject: x\r\n\r\ntext" + rest)
                smtp.close()
                self.assert_nothing_upstream()


class DotTest(FaultCase):
    def test_S003_F046_an_upstream_lost_after_the_dot_is_451(self):
        for name, fault in {**ENDINGS, "half a reply": Fault(b"250 2.0", "close")}.items():
            with self.subTest(name):
                self.server.forget()
                self.server.on("dot", fault)
                smtp = self.open()
                answer = smtp.submit(USER, [TO], MAIL)
                self.assertRegex(answer, rb"\A4[25]1 4\.[34]\.2 ")
                self.assertEqual(len(self.server.ended()), 1)
                self.assert_sound(smtp)

    def test_S003_a_good_reply_that_was_said_counts_though_the_upstream_leaves(self):
        self.server.on("dot", Fault(says=None, then="close"))
        smtp = self.open()

        self.assert_reply(smtp.submit(USER, [TO], MAIL), "250 2.0.0")
        self.assert_sound(smtp)

    def test_S001_F045_G003_nothing_is_heard_before_the_upstream_has_answered(self):
        self.server.on("dot", HOLD)
        smtp = self.open()
        self.in_data(smtp)
        smtp.send(stuffed(MAIL))
        self.server.wait_held()

        smtp.connection.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            smtp.reply()
        smtp.connection.settimeout(30)
        self.server.release()

        self.assertEqual(smtp.reply(), b"250 2.0.0 taken\r\n")

    def test_F012_a_client_lost_after_its_dot_may_double_a_message_never_lose_one(self):
        for end in ("close", "reset"):
            with self.subTest(end):
                self.server.forget()
                self.server.on("dot", HOLD)
                smtp = self.open()
                self.in_data(smtp)
                smtp.send(stuffed(MAIL))
                self.server.wait_held()
                getattr(smtp, end)()
                self.server.release()
                self.server.wait_all_ended()
                self.assertEqual(len(self.server.taken()), 1)


class MemoryTest(FaultCase):
    settings = {"auth": {"negative_ttl": "1m"}}

    def test_S017_repeated_wrong_credentials_reach_the_upstream_once(self):
        self.server.wrong_passwords.add("wrong-Kq8")
        self.addCleanup(self.server.wrong_passwords.clear)
        smtp = self.greeted()

        answers = [smtp.log_in(USER, "wrong-Kq8") for _ in range(2)]

        for answer in answers:
            self.assert_reply(answer, "535 5.7.8")
        self.assertEqual(len(self.server.lines("AUTH")), 1)


if __name__ == "__main__":
    unittest.main()
