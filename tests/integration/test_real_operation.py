"""What an operator has: `check --online`, `health`, the metrics of real sessions, a log without
secrets.
"""

import base64
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import gateway
from tests.integration.clients.raw import RawPop3, open_maildrop
from tests.integration.fleet import KINDS, Fleet, forms
from tests.integration.lab import mail
from tests.integration.lab.ports import HOST, free_port

_SECRET = 'Vj4"zr\\8-planted_Gq: 2h'
_WRONG = "Wk3-planted-and-wrong_Tz9"


def setUpModule():
    global fleet
    fleet = Fleet(settings={
        "upstream": {"down": {"url": f"imap://{HOST}:{free_port()}", "tls": "off"}},
        "route": [{"user": "*@down.test", "upstream": "down"}],
        "auth": {"negative_ttl": "0s", "max_attempts": 10}})
    unittest.enterModuleContext(fleet)


def postern(*arguments):
    """What the binary says and how it ends."""
    done = subprocess.run([gateway.binary(), *arguments, "--config", fleet.gateway.configuration],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


class CommandTest(unittest.TestCase):
    def test_check_online_visits_each_upstream_and_tells_which_is_down(self):
        status, text = postern("check", "--online")

        for server in KINDS:
            for mode in ("clear", "starttls", "implicit"):
                with self.subTest(server=server, mode=mode):
                    found = [line for line in text.splitlines()
                             if line.startswith(f"{server}-{mode}: ")]
                    self.assertEqual(len(found), 1, text)
                    self.assertIn("no TLS" if mode == "clear" else "TLSv1.", found[0])
        self.assertIn("upstream.down", text)
        self.assertNotEqual(status, 0)

    def test_health_is_good_while_the_gateway_serves(self):
        self.assertEqual(postern("health"), (0, "ok\n"))


class MetricsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = fleet.gateway.metrics()
        accounts = [fleet.account("dovecot", "starttls", mail.ordinary(1), mail.ordinary(2))
                    for _ in range(2)]
        for account, mode in zip(accounts, ("clear", "stls")):
            with fleet.open(account, mode) as pop3:
                for line in ("LIST", "UIDL", "RETR 1", "TOP 1 3"):
                    pop3.ask_multiline(line)
                pop3.pipeline("STAT", "DELE 2", "NOOP", "NONSENSE", "QUIT")
                pop3.read_to_end()
        for user, password in ((accounts[0].user, _WRONG), ("joe@down.test", _WRONG)):
            try:
                open_maildrop(fleet.gateway.maildrop(user, password), "PLAIN").close()
            except PermissionError:
                pass
        for account in accounts:
            fleet.gateway.wait_for_event("session.ended", user=account.user)
        cls.after = fleet.gateway.metrics()

    def moved(self, name, **labels):
        """How much a metric grew."""
        before, after = (sum(value for sample, present, value in page
                             if sample == name and labels.items() <= present.items())
                         for page in (self.before, self.after))
        return after - before

    def test_promtool_finds_nothing_wrong_with_the_page(self):
        program = shutil.which("promtool")
        self.assertIsNotNone(program, "promtool is missing: install prometheus")
        page = fleet.gateway.admin("/metrics")[1]

        done = subprocess.run([program, "check", "metrics"], input=page.encode(), timeout=60,
                              capture_output=True, check=False)

        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_counters_tell_what_the_sessions_did(self):
        expected = [
            (2, "postern_pop3_messages_retrieved_total", {}),
            (2, "postern_pop3_messages_deleted_total", {"method": "expunge"}),
            (2, "postern_auth_attempts_total", {"mechanism": "user_pass", "result": "ok"}),
            (1, "postern_auth_attempts_total", {"mechanism": "plain",
                                                "result": "bad_credentials"}),
            (1, "postern_auth_attempts_total", {"mechanism": "plain",
                                                "result": "upstream_unavailable"}),
            (1, "postern_sessions_started_total", {"protocol": "pop3", "security": "starttls"}),
            (2, "postern_sessions_ended_total", {"reason": "quit"}),
            (1, "postern_tls_handshakes_total", {"listener": "pop3"}),
            (2, "postern_commands_total", {"command": "retr", "result": "ok"}),
            (2, "postern_commands_total", {"command": "other"}),
            (2, "postern_pop3_maildrop_messages_count", {}),
            (4, "postern_pop3_maildrop_messages_sum", {}),
            (1, "postern_upstream_connects_total", {"upstream": "down", "result": "refused"}),
            (2, "postern_upstream_commands_total", {"upstream": "dovecot-starttls",
                                                    "command": "login", "result": "ok"}),
            (1, "postern_upstream_commands_total", {"upstream": "dovecot-starttls",
                                                    "command": "login", "result": "no"}),
            (2, "postern_upstream_commands_total", {"upstream": "dovecot-starttls",
                                                    "command": "expunge", "result": "ok"}),
        ]
        for count, name, labels in expected:
            with self.subTest(name, **labels):
                self.assertEqual(self.moved(name, **labels), count)

    def test_octets_and_times_are_counted(self):
        for name, labels in (
                ("postern_client_received_bytes_total", {"protocol": "pop3"}),
                ("postern_client_sent_bytes_total", {"protocol": "pop3"}),
                ("postern_upstream_received_bytes_total", {"upstream": "dovecot-starttls"}),
                ("postern_upstream_sent_bytes_total", {"upstream": "dovecot-starttls"}),
                ("postern_session_duration_seconds_count", {"protocol": "pop3"}),
                ("postern_command_duration_seconds_count", {"command": "retr"}),
                ("postern_upstream_connect_duration_seconds_count", {"phase": "tls"})):
            with self.subTest(name):
                self.assertGreater(self.moved(name, **labels), 0)

    def test_no_label_holds_what_a_client_or_a_mail_said(self):
        for name, labels, _ in self.after:
            for value in labels.values():
                self.assertNotIn("@", value, name)


class SecretTest(unittest.TestCase):
    """One user whose password is planted everywhere, and whose dialogues are all traced."""

    def try_everything(self, server):
        account = fleet.account(server, "clear", mail.ordinary(1), password=_SECRET)
        for mechanism in ("USER", "PLAIN", "LOGIN"):
            with fleet.open(account, mechanism=mechanism) as pop3:
                pop3.ask_multiline("RETR 1")
                pop3.ask("QUIT")
        plain = base64.b64encode(f"\0{account.user}\0{_SECRET}".encode())
        clumsy = [b"PASS " + _SECRET.encode(), b"USER " + account.user.encode(),
                  b"pAsS " + _SECRET.encode() + b"x", b"AUTH PLAIN " + plain[:-3] + b"!!",
                  b"AUTH plain " + plain + b" " + plain, b"AUTH UNKNOWN " + plain,
                  b"PASSWORD " + _SECRET.encode()]
        with RawPop3("localhost", fleet.gateway.port()) as pop3:
            pop3.greeting()
            answers = [pop3.ask(line) for line in clumsy]
        self.assertEqual(len(answers), len(clumsy))
        self.assertEqual([line for line in answers if line.startswith(b"+OK")],
                         [b"+OK send PASS\r\n"])
        return account

    def test_M063_T070_G008_the_planted_password_is_nowhere_in_the_output(self):
        for server in KINDS:
            with self.subTest(server):
                account = self.try_everything(server)
                fleet.gateway.wait_for_event("session.ended", user=account.user)
                log = fleet.gateway.whole_log()

                self.assertTrue(fleet.gateway.events("session.traced", user=account.user,
                                                     direction="U>"))
                self.assertEqual([form for form in forms(_SECRET) if form in log], [])
        page = fleet.gateway.admin("/metrics")[1]
        self.assertEqual([form for form in forms(_SECRET) if form in page], [])

    def test_the_search_for_secrets_finds_one(self):
        octets = _SECRET.encode()
        for planted in (_SECRET, octets.hex(), base64.b64encode(b"\0joe\0" + octets).decode(),
                        base64.b64encode(b"jo\0" + octets + b"x").decode(),
                        base64.b64encode(octets).decode()):
            with self.subTest(planted):
                self.assertTrue([form for form in forms(_SECRET) if form in f"line={planted}"])


if __name__ == "__main__":
    unittest.main()
