"""IMAP before servers and clients that mean no good: nobody else notices, and nothing grows.

The servers behind say octets of the test's choice, with "%t" for the tag of the login. The stories
have most of these one by one; here they meet sockets, threads and each other.
"""

import contextlib
import itertools
import random
import socket
import struct
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.gateway import Gateway
from tests.integration.gateway_config import imap_listeners
from tests.integration.lab import process, tls
from tests.integration.lab.ports import HOST
from tests.integration.lab.process import wait_until

_SECONDS = 20
_GROWTH_MAX = 16 << 20
_PENDING_MAX = 32 << 20  # what socket buffers on the way may take
_GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN LITERAL+] hi\r\n"
_LOGGED_IN = b"%t OK [CAPABILITY IMAP4rev1] in\r\n"
_UNAVAILABLE = b"a NO [UNAVAILABLE] mail service unavailable\r\n"

# What is said before and behind the login command.
OUTAGES = {
    "nothing at all": (b"", b""),
    "an empty line": (b"\r\n", b""),
    "another protocol": (b"220 smtp ready\r\n", b""),
    "TLS where there is none": (b"\x16\x03\x03\x02\x00" + b"x" * 600, b""),
    "a greeting of NO": (b"* NO hi\r\n", b""),
    "a greeting that lets in": (b"* PREAUTH hi\r\n", b""),
    "a greeting too long": (b"* OK " + b"x" * 200_000 + b"\r\n", b""),
    "no capabilities": (b"* OK hi\r\n", b"* CAPABILITY\r\n%t OK\r\n"),
    "no IMAP": (b"* OK hi\r\n", b"* CAPABILITY POP3\r\n%t OK\r\n"),
    "answers ahead of the question": (_GREETING + b"A1 OK in\r\na OK in\r\n", b""),
    "an answer to another": (_GREETING, b"zz OK in\r\n"),
    "an answer without tag": (_GREETING, b"* OK in\r\n"),
    "half an answer": (_GREETING, b"%t OK in"),
    "goodbye": (_GREETING, b"* BYE [AUTHENTICATIONFAILED] no\r\n%t NO no\r\n"),
    "a literal of 4 GiB": (_GREETING, b"* X {4294967295}\r\n" + b"x" * 1_000_000),
    "a mail": (_GREETING, b"* 1 FETCH (BODY[] {2000000000}\r\n" + b"x" * 2_000_000),
    "many literals": (_GREETING, b"* X" + b" {1}\r\nx" * 500 + b"\r\n" + _LOGGED_IN),
    "a go-ahead unasked": (_GREETING, b"+ go\r\n" + _LOGGED_IN),
    "depth": (_GREETING, b"* LIST " + b"(" * 70_000 + b"\r\n" + _LOGGED_IN),
    "data without end": (_GREETING, b"* 1 FETCH (FLAGS ())\r\n" * 200_000 + _LOGGED_IN),
    "names without end": (_GREETING, b"* CAPABILITY IMAP4rev1\r\n" * 200_000 + _LOGGED_IN),
}


class HostileImap:
    """Also a context manager. `says` is what the next connections hear: see the head of this."""

    def __init__(self):
        self._listener = socket.create_server((HOST, 0), backlog=256)
        self.clear_port = self._listener.getsockname()[1]
        self.says = (_GREETING, _LOGGED_IN)
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.received = bytearray()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection, self.says),
                                 daemon=True).start()

    def _serve(self, connection, says):
        before, behind = says
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_SECONDS)
            connection.sendall(before)
            line = connection.makefile("rb").readline() if behind else b""
            self.may_answer.wait(_SECONDS)
            connection.sendall(behind.replace(b"%t", line.split(b" ")[0]))
            for octets in iter(lambda: connection.recv(1 << 20), b""):
                self.received += octets


class HostileCase(unittest.TestCase):
    login_timeout = "2s"

    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("hostile-pki")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = tls.Pki(folder / "tls")
        cls.server = cls.enterClassContext(HostileImap())
        upstream = {"greeting_timeout": "500ms", "command_timeout": "1s",
                    "login_timeout": cls.login_timeout,
                    "breaker": {"failures": 10_000, "share": "100%"}}
        cls.gateway = cls.enterClassContext(Gateway(cls.server, pki=cls.pki, settings={
            "listener": imap_listeners(), "upstream": {"imap": upstream},
            "limits": {"per_user": {"sessions": 1000}}, "server": {"workers": 2}}))

    def connect(self, listener="imap"):
        client = socket.create_connection((HOST, self.gateway.port(listener)), _SECONDS)
        self.addCleanup(client.close)
        return client

    def growth(self, before):
        return self.gateway.metric("process_resident_memory_bytes") - before

    def sessions(self):
        return self.gateway.metric("postern_sessions_active")


class HostileServerTest(HostileCase):
    def test_I030_G010_whatever_it_says_is_an_outage_and_no_more(self):
        before = self.gateway.metric("process_resident_memory_bytes")
        for name, says in OUTAGES.items():
            with self.subTest(name):
                self.server.says = says
                client = self.connect()
                lines = client.makefile("rb")
                self.assertTrue(lines.readline().startswith(b"* OK [CAPABILITY "))

                client.sendall(b"a LOGIN joe secret\r\n")
                self.assertEqual(lines.readline(), _UNAVAILABLE)

                self.server.says = (_GREETING, _LOGGED_IN)
                client.sendall(b"b LOGIN joe secret\r\n")
                self.assertEqual(lines.readline(), b"b OK [CAPABILITY IMAP4rev1] Logged in\r\n")
        self.assertLess(self.growth(before), _GROWTH_MAX)


class HostileClientTest(HostileCase):
    login_timeout = "30s"

    def setUp(self):
        self.server.says = (_GREETING, _LOGGED_IN)
        self.server.may_answer.set()
        self.server.received = bytearray()

    def test_I021_T037_what_comes_during_a_login_is_held_back_within_bounds_and_all_arrives(self):
        self.server.may_answer.clear()
        before = self.gateway.metric("process_resident_memory_bytes")
        client = self.connect()
        client.settimeout(1)
        client.sendall(b"a LOGIN joe secret\r\n")
        sent, block = 0, b"".join(b"%05d NOOP\r\n" % number for number in range(9000))
        with contextlib.suppress(TimeoutError):
            while sent < 2 * _PENDING_MAX:
                sent += client.send(block[sent % len(block):])

        self.assertLess(sent, _PENDING_MAX)
        self.assertLess(self.growth(before), _GROWTH_MAX)
        self.server.may_answer.set()
        client.shutdown(socket.SHUT_WR)
        wait_until(lambda: len(self.server.received) >= sent, _SECONDS, "all that was sent")
        expected = itertools.islice(itertools.cycle(block), sent)
        self.assertTrue(self.server.received == bytes(expected))

    def test_G010_clients_that_break_off_at_any_moment_leave_nothing_behind(self):
        chance = random.Random(7)
        said = (b"", b"a", b"a LOGIN {5}\r\n", b"a LOGIN joe secret\r\n", b"a STARTTLS\r\n",
                b"a AUTHENTICATE PLAIN\r\n", b"\x16\x03\x01\x02\x00\x01", b"a ID (\"x\" {9+}\r\n")
        for _ in range(400):
            client = self.connect(chance.choice(("imap", "imaps")))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                client.sendall(chance.choice(said))
                if chance.random() < 0.5:
                    client.settimeout(0.05)
                    client.recv(1)
            client.close()

        wait_until(lambda: self.sessions() == 0, _SECONDS, "the end of all sessions")
        wait_until(lambda: self.gateway.metric("postern_upstream_connections") == 0,
                   _SECONDS, "the end of all links")
        self.assertGreater(self.gateway.metric("postern_sessions_started_total"), 100)
        self.assertNotIn("session.crashed", self.gateway.whole_log())


if __name__ == "__main__":
    unittest.main()
