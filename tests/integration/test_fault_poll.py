"""What a client hears that only looks for mail while the upstream fails on the way in.

Every fault is played at every step of a poll: greeting, STARTTLS, handshake, login, SELECT, the
list, LOGOUT. The password is right all the time, so no client may hear that it was not (G-9), and
no list may be short or empty (M-075).
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import (FAULTS, LISTS, PASSWORD, POLL, FaultyUpstreamCase)
from tests.integration.lab.tls import Pki

UNAVAILABLE = b"-ERR [SYS/TEMP] mail service unavailable, wait and try again\r\n"
OTHER_PROTOCOLS = {
    "smtp": "220 mx.example.test ESMTP\r\n",
    "pop3": "+OK POP3 ready\r\n",
    "http": "HTTP/1.1 400 Bad Request\r\n\r\n",
    "ssh": "SSH-2.0-OpenSSH_9.2\r\n",
    "tls": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
    "empty": "\r\n",
    "tagged": "a1 OK ready\r\n",
}
LOGIN_REFUSALS = {
    "NO [AUTHENTICATIONFAILED] no": b"-ERR [AUTH]",
    "NO [AUTHORIZATIONFAILED] no": b"-ERR [AUTH]",
    "NO [EXPIRED] renew it": b"-ERR [AUTH]",
    "NO LOGIN failed": b"-ERR [AUTH]",
    "NO [UNAVAILABLE] directory is down": b"-ERR [SYS/TEMP]",
    "NO [SERVERBUG] oops": b"-ERR [SYS/TEMP]",
    "NO [INUSE] busy": b"-ERR [IN-USE]",
    "NO [LIMIT] enough": b"-ERR [IN-USE]",
    "NO [CONTACTADMIN] call us": b"-ERR [SYS/PERM]",
    "NO try again later": b"-ERR [SYS/TEMP]",
}


class PollFaults:
    """The rows; the classes at the end say how the upstream is reached."""

    entry = ("greeting", "login", "select")

    def assert_unavailable(self, heard):
        self.assertEqual(heard.said("PASS"), UNAVAILABLE)

    def bad_credentials(self):
        return self.gateway.metric("postern_auth_attempts_total", result="bad_credentials")

    def test_G009_F018_F025_F030_F033_F034_F042_T051_every_fault_going_in_is_temporary(self):
        before = self.bad_credentials()
        for step in self.entry:
            for fault in FAULTS.keys() - {"hang", "bad", "no"}:
                with self.subTest(step=step, fault=fault):
                    heard = self.play(step, fault, POLL)

                    self.assert_unavailable(heard)
                    self.assert_logged("upstream.failed")
        self.assertEqual(self.bad_credentials(), before)

    def test_G009_F017_F023_F025_silence_on_the_way_in_ends_by_a_deadline(self):
        before = self.bad_credentials()
        for step in self.entry:
            with self.subTest(step):
                heard = self.play(step, "hang", POLL)

                self.assert_unavailable(heard)
                self.assert_logged("upstream.failed", kind="timeout")
                self.server.wait_closed()
        self.assertEqual(self.bad_credentials(), before)

    def test_T052_chatter_does_not_put_a_deadline_off(self):
        for step in ("login", "select"):
            with self.subTest(step):
                chatter = [["flood", "* OK [ALERT] wait\r\n", 300], ["drip", 19, 0.1]]
                heard = self.play(step, chatter, POLL)

                self.assert_unavailable(heard)
                self.assert_logged("upstream.failed", kind="timeout")

    def test_M074_M075_F030_F033_F034_F035_every_fault_at_the_list_is_told_and_none_is_short(self):
        for fault in FAULTS.keys() - {"hang"}:
            with self.subTest(fault):
                heard = self.play("list", fault, POLL)

                for command in LISTS:
                    self.assertEqual(heard.said(command), UNAVAILABLE)
                self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n")

    def test_M075_silence_at_the_list_ends_by_a_deadline(self):
        heard = self.play("list", "hang", ("STAT", "QUIT"))

        self.assertEqual(heard.said("STAT"), UNAVAILABLE)

    def test_F030_the_list_comes_by_a_new_connection_once_a_fault_is_over(self):
        for fault in FAULTS.keys() - {"hang", "bad", "no"}:
            with self.subTest(fault):
                heard = self.play("list", fault, POLL, times=1)

                self.assertEqual(heard.said("STAT"), UNAVAILABLE)
                self.assertTrue(heard.good("LIST") and heard.good("UIDL"), heard.lines)

    def test_a_fault_at_logout_is_nobodys_business(self):
        for fault in FAULTS:
            with self.subTest(fault):
                heard = self.play("logout", fault, POLL)

                for command in POLL:
                    self.assertTrue(heard.good(command), (command, heard.lines))

    def test_F018_a_greeting_of_bye_is_never_a_wrong_password(self):
        for text in ("too many connections", "[UNAVAILABLE] later", "[AUTHENTICATIONFAILED] no"):
            with self.subTest(text):
                heard = self.play("greeting", [["replace", f"* BYE {text}\r\n"], "close"], POLL)

                self.assertRegex(heard.said("PASS"), rb"-ERR \[(SYS/TEMP|IN-USE)\]")

    def test_F019_a_greeting_of_another_protocol_is_shown_to_operators(self):
        for name, text in OTHER_PROTOCOLS.items():
            with self.subTest(name):
                heard = self.play("greeting", [["replace", text]], POLL)

                self.assert_unavailable(heard)
                failed = self.assert_logged("upstream.failed", stage="greeting", kind="protocol")
                printable = "".join(c for c in text.split("\r\n")[0] if " " <= c <= "~").lstrip("+")
                self.assertIn(printable, failed.fields["detail"])
                self.assertRegex(failed.fields["detail"], r"\A[ -~]{0,200}\Z")

    def test_G009_F024_the_code_of_a_refused_login_decides(self):
        for text, expected in LOGIN_REFUSALS.items():
            with self.subTest(text):
                self.new_user()
                self.server.on("LOGIN|AUTHENTICATE", ["refuse", text])

                heard = self.session(*POLL)

                self.assertTrue(heard.said("PASS").startswith(expected), heard.lines)

    def test_F025_a_mailbox_that_cannot_be_opened_is_told_at_login(self):
        for text, expected in (("NO [NONEXISTENT] none", b"-ERR [SYS/PERM] no such mailbox"),
                               ("NO not now", UNAVAILABLE),
                               ("BAD User is authenticated but not connected", UNAVAILABLE)):
            with self.subTest(text):
                heard = self.play("select", [["refuse", text]], POLL)

                self.assertTrue(heard.said("PASS").startswith(expected), heard.lines)

    def test_F035_BAD_to_the_login_is_our_fault_and_not_the_users(self):
        heard = self.play("login", "bad", POLL)

        self.assertTrue(heard.said("PASS").startswith(b"-ERR [SYS/PERM]"), heard.lines)

    def test_F026_a_mailbox_without_a_sound_uidvalidity_is_refused_at_login(self):
        for validity in (None, "0", "4294967296", "x"):
            with self.subTest(validity):
                actions = [["drop", r"OK \[UIDVALIDITY"]]
                if validity is not None:
                    actions.append(["before", f"* OK [UIDVALIDITY {validity}] ok\r\n"])
                heard = self.play("select", actions, POLL)

                self.assert_unavailable(heard)


class ClearPollTest(PollFaults, FaultyUpstreamCase):
    upstream_tls = "clear"

    def test_F015_an_upstream_that_refuses_is_temporary_and_logged(self):
        self.new_user()
        self.server.refuse_connections()
        self.addCleanup(self.server.listen_again)

        heard = self.session(*POLL)

        self.assert_unavailable(heard)
        self.assert_logged("upstream.failed", stage="tcp", kind="not_listening")


class ImplicitTlsPollTest(PollFaults, FaultyUpstreamCase):
    upstream_tls = "implicit"

    def test_F020_a_handshake_that_fails_is_not_tried_in_clear(self):
        for fault in ("hang", "close", "reset", "garbage"):
            with self.subTest(fault):
                connections = len(self.server.sessions)
                heard = self.play("tls", FAULTS[fault], POLL)

                self.assert_unavailable(heard)
                self.assert_logged("upstream.failed", stage="tls")
                self.assertLessEqual(len(self.server.sessions) - connections, 3 + 1)
        self.assertNotIn(PASSWORD.encode(), self.server.octets_received(in_clear_only=True))


class StarttlsPollTest(PollFaults, FaultyUpstreamCase):
    upstream_tls = "starttls"
    entry = ("greeting", "starttls", "login", "select")

    def tearDown(self):
        super().tearDown()
        clear = self.server.octets_received(in_clear_only=True)
        self.assertNotIn(b"LOGIN", clear)
        self.assertNotIn(b"AUTHENTICATE", clear)

    def test_F020_a_handshake_that_fails_is_not_tried_in_clear(self):
        for fault in ("hang", "close", "reset", "garbage"):
            with self.subTest(fault):
                self.assert_unavailable(self.play("tls", FAULTS[fault], POLL))

    def test_F021_a_bad_certificate_gets_no_credentials(self):
        for label in ("expired", "wrong_name", "unknown_authority", "self_signed"):
            with self.subTest(label):
                good = self.server.tls_context
                self.server.tls_context = Pki.server_context(self.pki.bad(label))
                self.addCleanup(setattr, self.server, "tls_context", good)
                self.new_user()

                heard = self.session(*POLL)

                self.server.tls_context = good
                self.assert_unavailable(heard)
                self.assert_logged("upstream.failed", stage="tls", kind="certificate")
                self.poll_soundly()

    def test_F022_starttls_that_is_missing_or_refused_gets_no_credentials(self):
        for text in ("NO not today", "BAD unknown command"):
            with self.subTest(text):
                heard = self.play("STARTTLS", [["refuse", text]], POLL)

                self.assert_unavailable(heard)
                self.assert_logged("upstream.failed", stage="tls", kind="tls")


if __name__ == "__main__":
    unittest.main()
