"""Secrets and rights: nothing that the process says, keeps or is allowed gives a password away.

One planted password is searched for, plain, in base64 and in hex, in everything that comes out of a
process and in its memory.
"""

import base64
import re
import socket
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import RawPop3
from tests.integration.gateway import Gateway, binary
from tests.integration.gateway_case import PASSWORD, USER, GatewayCase, forms_of
from tests.integration.lab import process

WRONG = "Planted-and-wrong-5520"
HOSTILE = b"\x1b[2J\x1b]0;owned\x07\x00\xe2\x80\xae\xc2\x85%s%n${USER}\"\\\x7f"


class OutputTest(GatewayCase):
    def outputs(self, gateway):
        """All that the process shows: its log and the pages of the admin listener."""
        pages = [gateway.admin(path)[1] for path in ("/metrics", "/healthz", "/readyz", "/none")]
        return "\n".join([gateway.whole_log(), *pages]).encode(errors="surrogateescape")

    def assert_silent_about(self, octets, *secrets):
        for secret in secrets:
            for form in forms_of(secret):
                self.assertNotIn(form, octets)

    def provoke(self, gateway):
        """Logins good and bad by every way, and passwords where none belongs."""
        for mechanism in ("USER", "PLAIN", "LOGIN"):
            for secret in (PASSWORD, WRONG):
                for mode in ("clear", "implicit"):
                    with self.connect(gateway, mode) as pop3:
                        pop3.log_in(USER, secret, mechanism)
        coded = base64.b64encode(f"\0{USER}\0{WRONG}".encode())
        for lines in ([b"PASS " + WRONG.encode()], [WRONG.encode()], [WRONG.encode() + b" x"],
                      [b"XYZ " + WRONG.encode()], [b"AUTH PLAIN " + coded + b"="],
                      [b"AUTH PLAIN", coded + b"!"], [b"AUTH PLAIN", b"*"], [b"AUTH " + coded],
                      [b"AUTH XOAUTH2 " + coded], [b"RETR " + WRONG.encode()],
                      [b"STAT " + WRONG.encode()], [b"USER x", b"PASS " + WRONG.encode() + b"\0"]):
            with self.connect(gateway) as pop3:
                for line in lines:
                    pop3.ask(line)

    def test_T070_T072_nothing_that_is_shown_holds_a_password(self):
        for log_format in ("logfmt", "json"):
            with self.subTest(log_format):
                gateway = self.start({"log": {"format": log_format, "protocol_trace": [USER]},
                                      "auth": {"negative_ttl": "0s", "max_attempts": 3}})
                self.provoke(gateway)
                self.server.refuse_connections()
                with self.connect(gateway) as pop3:
                    pop3.log_in(USER, PASSWORD)
                self.server.listen_again()

                shown = self.outputs(gateway)

                self.assertIn(b"session.traced", shown)  # the conversation is in it
                self.assert_silent_about(shown, PASSWORD, WRONG)
                gateway.stop()

    def test_T070_the_upstreams_words_are_masked_where_they_repeat_the_password(self):
        self.server.on("LOGIN|AUTH", ["refuse", f"NO [ALERT] {WRONG} is wrong"])
        gateway = self.start()
        with self.connect(gateway) as pop3:
            answer = pop3.log_in(USER, WRONG)

        self.assertNotIn(WRONG.encode(), answer)

    def test_T070_the_configuration_is_printed_without_secrets(self):
        gateway = Gateway(self.server, pki=self.pki, settings={
            "upstream": {"imap": {"auth": {"user": "master", "password": PASSWORD}}}})
        self.addCleanup(process.remove_folder, gateway.folder)
        gateway.write_configuration()
        for action in ("config", "check"):
            done = subprocess.run([binary(), action, "--config", gateway.configuration],
                                  capture_output=True, timeout=30, check=False)

            self.assert_silent_about(done.stdout + done.stderr, PASSWORD)

    def test_T071_hostile_octets_make_no_lines_and_no_escapes_in_the_log(self):
        for log_format in ("logfmt", "json"):
            gateway = self.start({"log": {"format": log_format}})
            forged = b"2026-01-01T00:00:00.000Z info process.stopped seconds=0"
            for words in (b"USER " + HOSTILE, b"USER a\r" + forged, HOSTILE, b"AUTH " + HOSTILE,
                          b"CAPA\x85" + forged, b"PASS " + HOSTILE, b"XCLIENT ADDR=" + HOSTILE):
                with self.connect(gateway) as pop3:
                    pop3.send(words + b"\r\nUSER y" + HOSTILE[:4] + b"\r\nPASS z\r\n")
                    pop3.read_line()
            self.server.on("LOGIN|AUTH", ["refuse", "NO " + HOSTILE.decode("latin-1") + "\r\x1b"])
            with self.connect(gateway) as pop3:
                pop3.log_in("joe\u202e@example.test", WRONG)
            gateway.stop()

            written = gateway.process.log.read_bytes()

            self.assertEqual(re.findall(rb"[^\x20-\x7e\n]", written), [])
            for line in written.splitlines():
                self.assertRegex(line, rb"\A(\{.*\}|\d{4}-\d\d-\d\dT\S+ \w+ [\w.]+( .*)?)\Z")
            self.assertEqual(gateway.events("process.stopped", seconds="0"), [])


class MemoryTest(GatewayCase):
    def setUp(self):
        super().setUp()
        self.inbox.add(b"Subject: x\r\n\r\nbody\r\n")

    def places_of(self, gateway, secret):
        """In which forms a secret stands in the memory of the process, as gcore would write it."""
        found = set()
        forms = forms_of(secret)
        pid = gateway.process.pid
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
                span, rights, *_, = line.split()
                if not rights.startswith("rw") or line.endswith(("[vvar]", "[vsyscall]")):
                    continue
                start, end = (int(part, 16) for part in span.split("-"))
                try:
                    memory.seek(start)
                    octets = memory.read(end - start)
                except OSError:
                    continue
                found |= {form for form in forms if form in octets}
        return found

    def served(self, gateway, mode, mechanism):
        pop3 = self.connect(gateway, mode)
        self.assertEqual(pop3.log_in(USER, PASSWORD, mechanism)[:3], b"+OK")
        self.assertEqual(pop3.ask_multiline("RETR 1")[0][:3], b"+OK")
        return pop3

    def each_way(self):
        for mode in ("clear", "implicit"):
            for mechanism in ("USER", "PLAIN", "LOGIN"):
                for upstream in ("clear", "implicit"):
                    yield mode, mechanism, upstream

    def test_T073_the_search_finds_a_password_that_is_kept(self):
        gateway = self.start()
        pop3 = self.served(gateway, "clear", "USER")

        self.assertIn(PASSWORD.encode(), self.places_of(gateway, PASSWORD))

        self.assertEqual(pop3.ask("NOOP")[:3], b"+OK")

    def test_T073_G008_after_login_no_password_is_in_memory_if_it_is_not_to_be_kept(self):
        for upstream in ("clear", "implicit"):
            gateway = self.start({"auth": {"keep_secret": False}}, upstream_tls=upstream)
            for mode, mechanism, way in self.each_way():
                if way != upstream:
                    continue
                with self.subTest(mode=mode, mechanism=mechanism, upstream=upstream):
                    pop3 = self.served(gateway, mode, mechanism)

                    self.assertEqual(self.places_of(gateway, PASSWORD), set())

                    self.assertEqual(pop3.ask("QUIT")[:3], b"+OK")
            gateway.stop()

    def test_T073_G008_after_the_session_no_password_is_in_memory(self):
        for upstream in ("clear", "implicit"):
            gateway = self.start(upstream_tls=upstream)
            ended = 0
            for mode, mechanism, way in self.each_way():
                if way != upstream:
                    continue
                with self.subTest(mode=mode, mechanism=mechanism, upstream=upstream):
                    for end in ("quit", "reset", "wrong"):
                        secret = WRONG if end == "wrong" else PASSWORD
                        pop3 = self.connect(gateway, mode)
                        pop3.log_in(USER, secret, mechanism)
                        if end == "quit":
                            pop3.ask("QUIT")
                        pop3.reset()
                        ended += 1
                    self.wait_metric(gateway, ended, "postern_sessions_ended_total")

                    self.assertEqual(self.places_of(gateway, PASSWORD), set())
                    self.assertEqual(self.places_of(gateway, WRONG), set())
            gateway.stop()

    def test_T073_there_is_no_core_and_nothing_in_words_or_environment(self):
        gateway = self.start()
        self.served(gateway, "clear", "USER")
        proc = Path(f"/proc/{gateway.process.pid}")

        limit = re.search(r"Max core file size\s+(\d+)\s+(\d+)", (proc / "limits").read_text())

        self.assertEqual(limit.groups(), ("0", "0"))
        # What is not dumpable belongs to root, whoever runs it.
        self.assertEqual((proc / "environ").stat().st_uid, 0)
        for name in ("cmdline", "environ"):
            self.assertEqual([form for form in forms_of(PASSWORD)
                              if form in (proc / name).read_bytes()], [])


class RightsTest(GatewayCase):
    def status(self, gateway):
        text = Path(f"/proc/{gateway.process.pid}/status").read_text(encoding="ascii")
        return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

    def test_T075_it_serves_without_root_without_capabilities_and_gets_none_again(self):
        gateway = self.start()
        self.log_in(gateway)

        status = self.status(gateway)

        for key in ("Uid", "Gid"):
            self.assertNotIn("0", status[key].split())
        self.assertNotIn("0", status["Groups"].split())
        for key in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(status[key], 16), 0, key)
        self.assertEqual(status["NoNewPrivs"], "1")

    def test_T075_it_starts_no_programs(self):
        gateway = self.start()
        for _ in range(3):
            self.log_in(gateway).ask("QUIT")
        gateway.reload()

        children = Path(f"/proc/{gateway.process.pid}/task").glob("*/children")

        self.assertEqual([path.read_text() for path in children if path.read_text()], [])
        used = subprocess.run(["nm", "-D", "--undefined-only", binary()], capture_output=True,
                              check=True, text=True).stdout
        starting = r"\b(execv\w*|execl\w*|fork|vfork|system|popen|posix_spawn\w*)@"
        self.assertEqual(re.findall(starting, used), [])

    def test_T074_a_key_that_others_can_read_is_refused(self):
        made = Gateway(self.server, pki=self.pki)
        self.addCleanup(process.remove_folder, made.folder)
        key = Path(made.settings["tls"]["default"]["private_key"])
        for mode in (0o644, 0o604, 0o602):
            with self.subTest(oct(mode)):
                key.chmod(mode)

                status, text = made.check()

                self.assertEqual(status, 78)
                self.assertIn("private_key", text)
        key.chmod(0o600)
        self.assertEqual(made.check()[0], 0)

    def test_T074_what_it_writes_is_its_own(self):
        gateway = self.start()
        self.log_in(gateway).ask("QUIT")
        umask = self.status(gateway)["Umask"]

        self.assertEqual(umask, "0077")
        for path in (gateway.folder / "state").iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)


class BannersTest(GatewayCase):
    def test_T078_strangers_learn_no_version_and_no_detail(self):
        self.server.refuse_connections()
        gateway = self.start()
        version = subprocess.run([binary(), "--version"], capture_output=True, check=True,
                                 text=True).stdout.split()[1]
        with RawPop3("localhost", gateway.port()) as pop3:
            said = pop3.read_line() + pop3.ask_multiline("CAPA")[1]
            said += pop3.log_in(USER, PASSWORD) + pop3.ask("QUIT")

        self.assertNotIn(version.encode(), said)
        for detail in (b"127.0.0.1", str(self.server.clear_port).encode(), b"refused",
                       socket.gethostname().encode()):
            self.assertNotIn(detail, said)


if __name__ == "__main__":
    unittest.main()
