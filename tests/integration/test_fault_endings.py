"""How the fault server ends connections, or does not: FIN, RST, silence, delay, broken TLS.

Time is measured only where waiting is the fault itself. A reset inside TLS is looked for below
TLS, since Python shows it as the end of the stream.
"""

import socket
import ssl
import struct
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_case import BODY, FETCH, TOLD, USER, Peer, RuleCase
from tests.integration.lab import process, tls
from tests.support.fault_imap import FaultImap


class EndingTest(RuleCase):
    def test_closes_inside_a_literal(self):
        for octets in (0, 1, 10, len(BODY)):
            with self.subTest(octets):
                self.server.on("UID FETCH", ["cut_literal", octets, "close"])
                peer = self.peer().open()
                peer.send(FETCH)
                self.assertEqual(peer.rest(), TOLD + BODY[:octets])

    def test_closes_after_so_many_octets(self):
        self.server.on("UID FETCH", ["cut", 5, "close"])
        peer = self.peer().open()

        peer.send(FETCH)

        self.assertEqual(peer.rest(), b"* 1 F")

    def test_closing_is_no_reset_though_commands_are_unread(self):
        self.server.on("NOOP", ["before", "* BYE restarting\r\n"], "close")
        peer = self.peer().open()

        peer.send("a NOOP", "b NOOP", "c NOOP")

        self.assertEqual(peer.rest(), b"* BYE restarting\r\na OK done\r\n")

    def test_resets(self):
        self.server.on("NOOP", ["cut", 0, "reset"])
        peer = self.peer().open()

        peer.send("a NOOP")

        with self.assertRaises(ConnectionResetError):
            peer.rest()

    def test_hangs_until_the_client_goes(self):
        self.server.on("NOOP", "hang")
        peer = self.peer().open()
        peer.send("a NOOP")
        self.server.wait_for("NOOP")
        peer.raw.settimeout(0.2)

        with self.assertRaises(TimeoutError):
            peer.rest()
        peer.close()
        self.server.wait_closed()

    def test_hangs_before_the_greeting(self):
        self.server.on("greeting", "hang")
        peer = self.peer()
        peer.raw.settimeout(0.2)

        with self.assertRaises(TimeoutError):
            peer.rest()
        self.assertTrue(self.peer().open().ask("a NOOP").startswith(b"a OK"), "the next is served")

    def test_hangs_inside_a_literal(self):
        self.server.on("UID FETCH", ["cut_literal", 4, "hang"])
        peer = self.peer().open()
        peer.send(FETCH)

        got = b"".join(peer.raw.recv(1) for _ in range(len(TOLD) + 4))
        peer.raw.settimeout(0.2)

        self.assertEqual(got, TOLD + BODY[:4])
        with self.assertRaises(TimeoutError):
            peer.raw.recv(1)

    def test_stopping_ends_what_hangs(self):
        self.server.on("NOOP", "hang")
        peer = self.peer().open()
        peer.send("a NOOP")
        self.server.wait_for("NOOP")

        self.server.stop()

        self.assertEqual(peer.rest(), b"")

    def test_holds_until_released(self):
        self.server.on("UID EXPUNGE", ["hold", "before the answer"])
        peer = self.peer().open()
        peer.send("a UID EXPUNGE 1")
        self.server.wait_held("before the answer")
        peer.raw.setblocking(False)
        with self.assertRaises(BlockingIOError):
            peer.raw.recv(1)
        peer.raw.settimeout(10)

        self.server.release("before the answer")

        self.assertEqual(peer.until(b"a "), b"a OK done\r\n")

    def test_drips_and_pauses(self):
        for action, least in ((["drip", 10, 0.02], 0.1), (["pause", 0.2], 0.2)):
            with self.subTest(action[0]):
                self.server.on("UID FETCH", action)
                peer = self.peer().open()
                start = time.monotonic()
                said = peer.ask(FETCH)
                self.assertEqual(said, TOLD + BODY + b")\r\nf OK done\r\n")
                self.assertGreaterEqual(time.monotonic() - start, least)

    def test_refuses_connections_and_takes_them_again(self):
        peer = self.peer().open()
        self.server.refuse_connections()
        with self.assertRaises(ConnectionRefusedError):
            Peer(self.server)

        self.server.listen_again()

        self.assertEqual(peer.ask("a NOOP"), b"a OK done\r\n", "open ones stay")
        self.assertTrue(self.peer().open().ask("a NOOP").startswith(b"a OK"))

    def test_drops_every_connection(self):
        peers = [self.peer().open() for _ in range(3)]

        self.server.drop_connections()

        self.assertEqual([peer.rest() for peer in peers], [b""] * 3)


class TlsFaultTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("fault-rules")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = tls.Pki(folder / "tls")

    def setUp(self):
        good = self.pki.good
        self.server = FaultImap(certificate=(good.chain, good.private_key)).start()
        self.addCleanup(self.server.stop)
        self.server.add_user(USER, "secret")

    def test_glues_octets_behind_the_go_ahead(self):
        self.server.on("STARTTLS", ["after", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"])
        with socket.create_connection((self.server.host, self.server.clear_port), 10) as raw:
            raw.recv(4096)
            raw.sendall(b"a STARTTLS\r\n")

            self.assertEqual(raw.recv(4096),
                             b"a OK begin TLS\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")

    def test_refuses_starttls(self):
        self.server.on("STARTTLS", ["refuse", "NO not today"])
        with socket.create_connection((self.server.host, self.server.clear_port), 10) as raw:
            raw.recv(4096)
            raw.sendall(b"a STARTTLS\r\n")
            self.assertEqual(raw.recv(4096), b"a NO not today\r\n")
            raw.sendall(b"b NOOP\r\n")
            self.assertEqual(raw.recv(4096), b"b OK done\r\n")

    def test_fails_in_the_handshake(self):
        for actions in ((["before", "* BYE no TLS\r\n"], "close"), ("reset",), ("close",)):
            with self.subTest(actions), self.assertRaises(OSError):
                self.server.on("tls", *actions)
                self.secure()

    def test_ends_tls_with_and_without_its_alert(self):
        for how, alert in (("close", False), ("close_tls", True)):
            with self.subTest(how):
                self.server.on("NOOP", ["cut", 0, how])
                secure = self.secure(suppress_ragged_eofs=False)
                secure.recv(4096)
                secure.sendall(b"a NOOP\r\n")
                if alert:
                    self.assertEqual(secure.recv(4096), b"")
                else:
                    with self.assertRaisesRegex(ssl.SSLError, "EOF"):
                        secure.recv(4096)
                secure.close()

    def test_resets_inside_tls(self):
        self.server.on("NOOP", ["cut", 0, "reset"])
        secure = self.secure()
        self.addCleanup(secure.close)
        secure.recv(4096)
        secure.sendall(b"a NOOP\r\n")

        # Below TLS: Python's ssl tells a reset as the end of the stream.
        with self.assertRaises(ConnectionResetError):
            socket.socket.recv(secure, 4096)

    def secure(self, **options):
        raw = socket.create_connection((self.server.host, self.server.tls_port), 10)
        try:
            context = self.pki.client_context()
            return context.wrap_socket(raw, server_hostname="localhost", **options)
        except OSError:
            raw.close()
            raise


class ClientFaultTest(RuleCase):
    def test_survives_clients_that_break_off(self):
        for text in (b"", b"a NO", b"a LOGIN {100}\r\nshort", b"a AUTHENTICATE PLAIN\r\n"):
            with self.subTest(text):
                peer = Peer(self.server)
                peer.line()
                peer.raw.sendall(text)
                peer.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()
        self.server.wait_closed()

        self.assertEqual(self.server.failures, [])
        self.assertTrue(self.peer().open().ask("a NOOP").startswith(b"a OK"))


if __name__ == "__main__":
    unittest.main()
