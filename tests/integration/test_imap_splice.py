"""The joined connection on real sockets: much of it, stalls, PROXY headers in front.

The server behind only logs in (scripted_imap.py), so what arrives is compared with what was sent.
"""

import contextlib
import socket
import ssl
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.gateway import Gateway
from tests.integration.lab import process, tls
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.process import wait_until
from tests.integration.scripted_imap import SECONDS, ScriptedImap

_BLOCK = bytes(range(251)) * 4177  # about a MiB; its length is prime to every buffer's
_GIBIBYTE = 1 << 30
_GROWTH_MAX = 16 << 20
_KERNEL_MAX = 32 << 20  # what socket buffers on the way may take


def line_of(client):
    """One line of an answer."""
    line = b""
    while not line.endswith(b"\r\n"):
        octet = client.recv(1)
        if not octet:
            break
        line += octet
    return line


class SpliceCase(unittest.TestCase):
    listeners = {}
    server_settings = {}

    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("splice-pki")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = tls.Pki(folder / "tls")
        cls.upstream = cls.enterClassContext(ScriptedImap())
        common = {"protocol": "imap"}
        listeners = {
            "imap": {**common, "listen": [f"{HOST}:{free_port()}"], "cleartext_login": "always"},
            "imaps": {**common, "listen": [f"{HOST}:{free_port()}"], "tls": "implicit"},
            **cls.listeners}
        settings = {"listener": listeners, "log": {"level": "info"},
                    "server": {"workers": 1, **cls.server_settings}}
        cls.gateway = cls.enterClassContext(
            Gateway(cls.upstream, pki=cls.pki, settings=settings))

    def connect(self, listener, before=b""):
        client = socket.create_connection((HOST, self.gateway.port(listener)), SECONDS)
        self.addCleanup(client.close)
        client.sendall(before)
        return client

    def secured(self, client):
        context = self.pki.client_context()
        secure = context.wrap_socket(client, server_hostname="localhost")
        self.addCleanup(secure.close)
        return secure

    def logged_in(self, client):
        """Greets and logs in; the client's and the server's end of the joined connection."""
        self.assertTrue(line_of(client).startswith(b"* OK [CAPABILITY "))
        client.sendall(b"a LOGIN joe secret\r\n")
        self.assertEqual(line_of(client), b"a OK [CAPABILITY IMAP4rev1] Logged in\r\n")
        server = self.upstream.joined()
        self.addCleanup(server.close)
        return server


def send_much(sender, octets):
    with contextlib.suppress(OSError):
        for _ in range(octets // len(_BLOCK)):
            sender.sendall(_BLOCK)
        sender.sendall(_BLOCK[:octets % len(_BLOCK)])


class MuchTest(SpliceCase):
    def pass_through(self, sender, receiver, octets):
        """Sends so many octets and compares what arrives; whether all of it was right."""
        thread = threading.Thread(target=send_much, args=(sender, octets))
        thread.start()
        self.addCleanup(thread.join)
        buffer = bytearray(len(_BLOCK))
        left = octets
        while left > 0:
            wanted = memoryview(buffer)[:min(left, len(_BLOCK))]
            have = 0
            while have < len(wanted):
                count = receiver.recv_into(wanted[have:])
                self.assertGreater(count, 0, f"it ended with {left} octets to go")
                have += count
            self.assertTrue(wanted == memoryview(_BLOCK)[:len(wanted)], f"{left} octets to go")
            left -= len(wanted)

    def test_I039_a_gibibyte_each_way_is_exact_and_memory_stays_flat(self):
        client = self.secured(self.connect("imaps"))
        server = self.logged_in(client)
        self.pass_through(server, client, len(_BLOCK))
        before = self.gateway.metric("process_resident_memory_bytes")

        self.pass_through(server, client, _GIBIBYTE)
        self.pass_through(client, server, _GIBIBYTE)

        after = self.gateway.metric("process_resident_memory_bytes")
        self.assertLess(after - before, _GROWTH_MAX)

    def test_I041_a_side_that_takes_nothing_stops_the_other(self):
        for name, listener in (("clear", "imap"), ("tls", "imaps")):
            for stalls in ("client", "server"):
                with self.subTest(name, stalls=stalls):
                    client = self.connect(listener)
                    client = self.secured(client) if listener == "imaps" else client
                    server = self.logged_in(client)
                    talker = server if stalls == "client" else client
                    before = self.gateway.metric("process_resident_memory_bytes")
                    taken = 0
                    talker.settimeout(2)
                    with contextlib.suppress(TimeoutError, ssl.SSLError):
                        while taken < 2 * _KERNEL_MAX:
                            taken += talker.send(_BLOCK[:65536])

                    self.assertLess(taken, _KERNEL_MAX)
                    after = self.gateway.metric("process_resident_memory_bytes")
                    self.assertLess(after - before, _GROWTH_MAX)
                    client.close()
                    server.close()

    def test_F013_a_client_that_breaks_off_breaks_off_the_upstream(self):
        client = self.connect("imap")
        server = self.logged_in(client)
        client.sendall(b"b APPEND INBOX {100}\r\nhalf")
        self.assertEqual(line_of(server),
                         b"b APPEND INBOX {100}\r\n")

        client.close()

        self.assertEqual(server.recv(100), b"half")
        self.assertEqual(server.recv(100), b"")
        server.close()
        self.gateway.wait_for_event("session.ended", reason="client_closed")


class DrainTest(SpliceCase):
    server_settings = {"drain_timeout": "2s"}

    def test_a_drain_lets_the_joined_talk_until_its_end_and_sends_the_others_away(self):
        outside = self.connect("imap")
        self.assertTrue(line_of(outside).startswith(b"* OK"))
        client = self.connect("imap")
        server = self.logged_in(client)

        self.gateway.terminate()

        self.assertEqual(line_of(outside), b"* BYE [UNAVAILABLE] shutting down\r\n")
        self.assertEqual(outside.recv(1), b"")
        client.sendall(b"b NOOP\r\n")
        self.assertEqual(line_of(server), b"b NOOP\r\n")
        server.sendall(b"b OK done\r\n")
        self.assertEqual(line_of(client), b"b OK done\r\n")
        self.assertEqual(client.recv(100), b"", "no word of ours among those of the server")
        self.assertEqual(server.recv(100), b"")
        self.assertEqual(self.gateway.wait_ended(), 0)


class TlsTest(SpliceCase):
    def test_T013_a_client_that_wants_another_protocol_is_refused_in_the_handshake(self):
        for offered, taken in ((["imap"], "imap"), (["h2", "imap"], "imap"), ([], None)):
            with self.subTest(offered=offered):
                self.assertEqual(self.handshake(offered).selected_alpn_protocol(), taken)
        for offered in (["pop3"], ["http/1.1"], ["smtp", "h2"]):
            with self.subTest(offered), self.assertRaises(ssl.SSLError):
                self.handshake(offered)

    def handshake(self, offered):
        context = self.pki.client_context()
        if offered:
            context.set_alpn_protocols(offered)
        client = context.wrap_socket(self.connect("imaps"), server_hostname="localhost")
        self.addCleanup(client.close)
        return client

    def test_T012_F013_what_follows_tls_in_clear_completes_no_append(self):
        for ending in (b"", b" and the rest of it, in clear"):
            with self.subTest(ending):
                client = self.secured(self.connect("imaps"))
                server = self.logged_in(client)
                client.sendall(b"b APPEND INBOX {100}\r\nhalf")
                self.assertEqual(line_of(server), b"b APPEND INBOX {100}\r\n")
                self.assertEqual(server.recv(4), b"half")

                with socket.socket(fileno=client.detach()) as bare:  # without a goodbye of TLS
                    bare.sendall(ending)

                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(server.recv(100), b"")


class ProxyTest(SpliceCase):
    """A proxy in front that sends PROXY headers, as 127.0.0.1 may."""

    server_settings = {"trusted_proxies": ["127.0.0.0/8"]}
    listeners = {
        "behind": {"protocol": "imap", "listen": [f"{HOST}:{free_port()}"], "tls": "off",
                   "cleartext_login": "always", "proxy_protocol": "require"},
        "behinds": {"protocol": "imap", "listen": [f"{HOST}:{free_port()}"], "tls": "implicit",
                    "proxy_protocol": "require", "deny": ["198.51.100.66"]}}

    def test_I038_the_client_is_whom_the_header_names(self):
        v2 = (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([198, 51, 100, 8, 192, 0, 2, 1]) +
              b"\x12\x34\x03\xe1")
        for address, header in (("198.51.100.7", b"PROXY TCP4 198.51.100.7 192.0.2.1 99 993\r\n"),
                                ("198.51.100.8", v2),
                                ("127.0.0.1", b"PROXY UNKNOWN\r\n")):
            for listener in ("behind", "behinds"):
                with self.subTest(address, listener=listener):
                    client = self.connect(listener, header)
                    client = self.secured(client) if listener == "behinds" else client
                    server = self.logged_in(client)
                    client.close()
                    server.close()  # or the end comes only after a farewell
                    self.gateway.wait_for_event("session.ended", client=address,
                                                listener=listener)

    def test_I038_T065_whatever_else_comes_first_ends_it_without_a_word(self):
        header = b"PROXY TCP4 198.51.100.7 192.0.2.1 99 993\r\n"
        for first in (b"a LOGIN joe secret\r\n", b"PROXY TCP4 1.2.3 192.0.2.1 1 2\r\n",
                      b"PROXY TCP4 198.51.100.7 192.0.2.1 99 " + b"9" * 200 + b"\r\n",
                      b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff" + b"x" * 100):
            with self.subTest(first[:20]):
                self.assertEqual(self.connect("behind", first).recv(100), b"")
        client = self.connect("behind", header + header)
        self.assertTrue(line_of(client).startswith(b"* OK"))
        self.assertTrue(line_of(client).startswith(b"PROXY BAD"), "the second is no header")

    def test_I038_T065_a_header_that_does_not_come_in_time_ends_it(self):
        client = self.connect("behind", b"PROXY TCP4 198.51.100.7")
        client.settimeout(9)

        self.assertEqual(client.recv(100), b"")

    def test_T065_the_named_address_is_the_one_that_is_denied(self):
        client = self.connect("behinds", b"PROXY TCP4 198.51.100.66 192.0.2.1 99 993\r\n")

        self.assertEqual(client.recv(100), b"")
        self.assertEqual(self.gateway.metric("postern_connections_rejected_total",
                                             listener="behinds", reason="blocked"), 1)


class StrangerTest(SpliceCase):
    """Nobody but a far network may send PROXY headers."""

    server_settings = {"trusted_proxies": ["192.0.2.0/24"]}
    listeners = {"behind": {"protocol": "imap", "listen": [f"{HOST}:{free_port()}"], "tls": "off",
                            "cleartext_login": "always", "proxy_protocol": "require"}}

    def test_I038_T065_strangers_are_not_believed(self):
        client = self.connect("behind", b"PROXY TCP4 198.51.100.7 192.0.2.1 99 993\r\n")

        with contextlib.suppress(ConnectionResetError):
            self.assertEqual(client.recv(100), b"")
        wait_until(lambda: self.gateway.metric("postern_connections_rejected_total",
                                               listener="behind", reason="proxy_header") == 1,
                   5, "the count")


if __name__ == "__main__":
    unittest.main()
