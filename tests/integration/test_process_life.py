"""The life of the process: reloads, drains, certificates that run out, clocks that jump, and a
process that stood still. RFC 1939 for what a client may find afterwards.
"""

import os
import signal
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import RawPop3
from tests.integration.gateway import Gateway
from tests.integration.gateway_case import MAIL, GatewayCase
from tests.integration.lab import process
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.tls import Order

LARGE = MAIL + b"x" * 70 + b"\r\n.line\r\n" * 60_000
RELOADS = 100
FAKE_CLOCK = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def whole(octets):
    """What a message becomes on the wire, with its dot."""
    return octets.replace(b"\r\n.", b"\r\n..") + b".\r\n"


class DrainTest(GatewayCase):
    def test_F052_a_transfer_ends_normally_and_then_the_process(self):
        self.inbox.add(LARGE)
        gateway = self.start()
        idle = self.log_in(gateway)
        busy = self.log_in(gateway, receive_buffer=4096)
        busy.send(b"RETR 1\r\n")
        self.assertEqual(busy.read_line()[:3], b"+OK")

        gateway.terminate()
        gateway.wait_for_event("process.stopping")

        self.assertEqual(idle.read_to_end()[0], b"")
        with self.assertRaises(OSError):
            RawPop3("localhost", gateway.port())
        self.assertEqual(busy.read_multiline(), whole(LARGE))
        self.assertEqual(busy.read_to_end()[0], b"")
        self.assertEqual(gateway.wait_ended(), 0)
        self.assertEqual(self.inbox.uids(), [1])

    def test_F052_a_transfer_that_takes_too_long_is_cut_without_the_dot(self):
        self.inbox.add(LARGE * 20)
        gateway = self.start({"server": {"drain_timeout": "1s"}})
        busy = self.log_in(gateway, receive_buffer=4096)
        busy.send(b"RETR 1\r\n")
        self.assertEqual(busy.read_line()[:3], b"+OK")

        gateway.terminate()

        self.assertEqual(gateway.wait_ended(), 0)
        self.assertFalse(busy.read_to_end()[0].endswith(b"\r\n.\r\n"))

    def test_F054_a_commit_that_has_begun_is_finished(self):
        for capability in ("UIDPLUS", None):
            with self.subTest(capability):
                server = self.fault_server()
                if capability is None:
                    server.settings.capabilities = tuple(
                        word for word in server.settings.capabilities
                        if word not in ("UIDPLUS", "MOVE"))
                inbox = server.add_user("ann@example.test", "secret").find("INBOX")
                for _ in range(3):
                    inbox.add(MAIL)
                gateway = self.start(server=server)
                pop3 = self.connect(gateway)
                pop3.log_in("ann@example.test", "secret")
                self.assertEqual(pop3.pipeline("DELE 1", "DELE 2")[1][:3], b"+OK")
                server.on("UID STORE", ["hold", "stored"])
                pop3.send(b"QUIT\r\n")
                server.wait_held("stored")

                gateway.terminate()
                gateway.wait_for_event("process.stopping")
                server.release("stored")

                self.assertEqual(pop3.read_line()[:3], b"+OK")
                self.assertEqual(gateway.wait_ended(), 0)
                self.assertEqual(inbox.uids(), [3])

    def test_F052_who_asks_twice_is_in_a_hurry(self):
        self.inbox.add(LARGE * 20)
        gateway = self.start()
        busy = self.log_in(gateway, receive_buffer=4096)
        busy.send(b"RETR 1\r\n")
        busy.read_line()

        gateway.terminate()
        gateway.wait_for_event("process.stopping")
        gateway.terminate()

        self.assertEqual(gateway.wait_ended(), 0)


class ReloadTest(GatewayCase):
    def broken(self, gateway):
        """Configurations that must not come into force, by what is wrong with them."""
        good = gateway.configuration.read_text(encoding="utf-8")
        text = self.pki.good.chain.read_text(encoding="ascii")
        garbage = gateway.folder / "garbage.pem"
        garbage.write_text(text[:len(text) // 2], encoding="ascii")
        chain = str(self.pki.good.chain)
        return {
            "syntax": good + "\n[server\n",
            "unknown key": good.replace("[server]", "[server]\nnmae = \"x\"", 1),
            "no such certificate": good.replace(chain, str(gateway.folder / "none.pem")),
            "half a certificate": good.replace(chain, str(garbage)),
            "another's certificate": good.replace(chain, str(self.pki.bad("wrong_name").chain)),
            "bad cipher list": good.replace("[tls.default]", "[tls.default]\nciphers = \"none\""),
            "bad expression": good + "\n[[route]]\nuser = \"re:(\"\nupstream = \"imap\"\n",
            "address that is taken": good.replace(
                f'"{HOST}:{gateway.port()}"',
                f'"{HOST}:{gateway.port()}", "{HOST}:{self.server.clear_port}"'),
        }

    def test_F056_a_broken_configuration_changes_nothing_and_says_why(self):
        gateway = self.start()
        session = self.log_in(gateway)
        for fault, text in self.broken(gateway).items():
            with self.subTest(fault):
                gateway.configuration.write_text(text, encoding="utf-8")
                before = len(gateway.events("config.refused"))

                self.assertFalse(gateway.reload_file())

                gateway.whole_log()
                refused = gateway.events("config.refused")[before]
                self.assertIn("postern.toml:", refused.fields["detail"])
                self.assertEqual(gateway.metric("postern_config_last_reload_successful"), 0)
                self.assertEqual(session.ask("NOOP")[:3], b"+OK")
                self.log_in(gateway).ask("QUIT")
                self.log_in(gateway, "implicit").ask("QUIT")
        gateway.configuration.unlink()
        self.assertFalse(gateway.reload_file())

        self.assertTrue(gateway.reload())

        self.assertEqual(gateway.metric("postern_config_last_reload_successful"), 1)

    def test_F056_check_finds_the_same_and_ends_with_78(self):
        gateway = self.start()
        gateway.stop()
        made = Gateway(self.server, pki=self.pki, settings=gateway.settings)
        self.addCleanup(process.remove_folder, made.folder)
        for fault, text in self.broken(gateway).items():
            if fault == "address that is taken":
                continue  # it opens no sockets
            with self.subTest(fault):
                made.configuration.write_text(text, encoding="utf-8")
                made.write_configuration = lambda: None

                status, said = made.check()

                self.assertEqual(status, 78, said)
                self.assertIn("postern.toml:", said)

    def test_F057_a_hundred_reloads_refuse_no_connection(self):
        gateway = self.start({"log": {"level": "info"}})
        other = free_port()
        listeners = [[f"{HOST}:{gateway.port()}"],
                     [f"{HOST}:{gateway.port()}", f"{HOST}:{other}"]]
        session = self.log_in(gateway)
        finished, failures, served = threading.Event(), [], []

        def poll():
            while not finished.is_set():
                try:
                    with RawPop3("localhost", gateway.port()) as pop3:
                        if not pop3.greeting().startswith(b"+OK"):
                            failures.append("no greeting")
                        served.append(pop3.ask("QUIT"))
                except OSError as failure:
                    failures.append(failure)

        clients = [threading.Thread(target=poll) for _ in range(2)]
        for client in clients:
            client.start()
        try:
            for round_ in range(RELOADS):
                listen = listeners[round_ % 2]
                self.assertTrue(gateway.reload({"listener": {"pop3": {"listen": listen}}}))
                self.assertEqual(process.accepts(other), len(listen) == 2)
        finally:
            finished.set()
            for client in clients:
                client.join()

        self.assertEqual(failures, [])
        self.assertGreater(len(served), RELOADS)
        self.assertEqual(session.ask("NOOP")[:3], b"+OK")

    def test_F057_a_session_keeps_the_rules_that_it_began_with(self):
        self.inbox.add(MAIL)
        self.inbox.add(MAIL)
        gateway = self.start({"pop3": {"delete": "ignore"}})
        before = self.log_in(gateway)
        self.assertTrue(gateway.reload({"pop3": {"delete": "expunge"}}))
        after = self.log_in(gateway)

        for session, number in ((before, 1), (after, 2)):
            answers = session.pipeline(f"DELE {number}", "QUIT")
            self.assertEqual([answer[:3] for answer in answers], [b"+OK", b"+OK"], answers)

        process.wait_until(lambda: self.inbox.uids() == [1], 10, "one message to go")

    def test_F057_a_listener_can_move(self):
        gateway = self.start()
        session, old, new = self.log_in(gateway), gateway.port(), free_port()

        self.assertTrue(gateway.reload({"listener": {"pop3": {"listen": [f"{HOST}:{new}"]}}}))

        self.assertFalse(process.accepts(old))
        self.assertEqual(self.log_in(gateway).ask("NOOP")[:3], b"+OK")
        self.assertEqual(session.ask("NOOP")[:3], b"+OK")


class CertificateTest(GatewayCase):
    def with_certificate(self, label, days):
        """Settings with a certificate of ours that is good for these days."""
        order = Order("subjectAltName = DNS:localhost", days=days)
        issued = self.pki._authority.issue(label, order)
        issued.private_key.chmod(0o600)
        return {"tls": {"default": {"certificate": str(issued.chain),
                                    "private_key": str(issued.private_key)}}}

    def test_F058_an_expired_certificate_keeps_it_from_starting(self):
        made = Gateway(self.server, pki=self.pki,
                       settings=self.with_certificate("old", (-30, -1)))
        self.addCleanup(process.remove_folder, made.folder)

        with self.assertRaisesRegex(RuntimeError, "(?s)ended with 78:.*expired"):
            made.start()
        self.assertEqual(made.check()[0], 78)

    def test_F058_at_a_reload_the_old_one_stays_in_force(self):
        gateway = self.start()

        self.assertFalse(gateway.reload(self.with_certificate("older", (-30, -1))))

        self.log_in(gateway, "implicit")

    def test_F058_its_end_is_shown_and_told_three_weeks_before(self):
        gateway = self.start({**self.with_certificate("short", (-1, 5)),
                              "server": {"user": "root"}})

        left = gateway.metric("postern_tls_certificate_not_after_timestamp_seconds",
                              certificate="default")

        told = gateway.wait_for_event("certificate.expiring", certificate="default")
        self.assertIn(told.fields["days"], ("4", "5"))
        self.assertEqual(told.level, "warning")
        self.assertGreater(left, 1_600_000_000)

    def test_a_renewed_certificate_is_served_without_a_reload(self):
        gateway = self.start()
        chain = gateway.folder / "served.pem"
        chain.write_bytes(self.pki.good.chain.read_bytes())
        chain.chmod(0o644)
        self.assertTrue(gateway.reload({"tls": {"default": {"certificate": str(chain)}}}))
        order = Order("subjectAltName = DNS:localhost", days=(-1, 90))
        renewed = self.pki._authority.issue("renewed", order, key_file=self.pki.good.private_key)

        chain.write_bytes(renewed.chain.read_bytes())

        def served():
            with self.connect(gateway, "implicit") as pop3:
                return pop3.connection.getpeercert()["notAfter"]

        first = served()
        process.wait_until(lambda: served() != first, 20, "the renewed certificate")


class ClockTest(GatewayCase):
    def test_F065_wall_clocks_that_jump_end_no_session_and_start_none_anew(self):
        clock = process.work_folder("clock") / "offset"
        self.addCleanup(process.remove_folder, clock.parent)
        clock.write_text("+0", encoding="ascii")
        clock.chmod(0o644)
        words = ["env", f"LD_PRELOAD={FAKE_CLOCK}", f"FAKETIME_TIMESTAMP_FILE={clock}",
                 "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1"]
        self.assertTrue(Path(FAKE_CLOCK).exists())
        gateway = self.start({"limits": {"timeout": {"login": "60s"}}},
                             wrapper=words)
        session, newcomer = self.log_in(gateway), self.connect(gateway)
        years = set()
        for offset in ("+2d", "-3d", "+400d", "-0.5d"):
            clock.write_text(offset, encoding="ascii")
            with self.subTest(offset):
                self.assertEqual(session.ask("NOOP")[:3], b"+OK")
                self.assertEqual(newcomer.ask("CAPA")[:3], b"+OK")
                self.assertEqual(newcomer.read_multiline()[-3:], b".\r\n")
                self.assertEqual(self.log_in(gateway).ask("QUIT")[:3], b"+OK")
                years |= {line[:10] for line in gateway.whole_log().splitlines()}

        self.assertGreaterEqual(len(years), 4)  # the jumps were felt
        self.assertEqual(newcomer.log_in("joe@example.test", "no")[:4], b"-ERR")
        gateway.whole_log()
        self.assertEqual(gateway.events("session.ended", reason="idle_timeout"), [])
        self.assertEqual(gateway.events("session.ended", reason="login_timeout"), [])

    def test_F068_a_process_that_stood_still_goes_on(self):
        gateway = self.start({"limits": {"timeout": {"login": "2s"}}})
        sessions = [self.log_in(gateway) for _ in range(5)]
        late = [self.connect(gateway) for _ in range(100)]
        os.kill(gateway.process.pid, signal.SIGSTOP)
        try:
            # Two seconds are over when this connection has waited for them.
            with RawPop3("localhost", gateway.port()) as waiting:
                waiting.connection.settimeout(3)
                with self.assertRaises(TimeoutError):
                    waiting.connection.recv(1)
        finally:
            os.kill(gateway.process.pid, signal.SIGCONT)

        for pop3 in late:
            self.assertIn(pop3.read_to_end()[1], ("closed", "reset"))
        for session in sessions:
            self.assertEqual(session.ask("NOOP")[:3], b"+OK")
        self.assertEqual(self.log_in(gateway).ask("NOOP")[:3], b"+OK")
        gateway.whole_log()
        self.assertEqual(len(gateway.events("session.ended", reason="login_timeout")), 100)


class LogTest(GatewayCase):
    def test_F066_a_log_that_nobody_takes_blocks_no_session(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        gateway = self.start(wrapper=["sh", "-c", f'exec "$@" 2>/proc/{os.getpid()}/fd/{writer}',
                                      "sh"])
        os.close(writer)
        session = self.log_in(gateway)

        for _ in range(8_000):  # each traced twice: far more than a pipe and a queue hold
            self.assertEqual(session.ask("NOOP")[:3], b"+OK")

        self.assertGreater(gateway.metric("postern_log_dropped_total"), 0)
        self.log_in(gateway).ask("QUIT")
        gateway.terminate()
        self.assertEqual(gateway.wait_ended(), 0)


if __name__ == "__main__":
    unittest.main()
