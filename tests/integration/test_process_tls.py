"""TLS as the process does it: hostile certificates behind it, hostile clients before it.

RFC 8446, RFC 6125 (names), RFC 6066 (SNI), RFC 7301 (ALPN).
"""

import socket
import ssl
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import gateway_config
from tests.integration.clients.raw import RawPop3
from tests.integration.gateway_case import (MAIL, PASSWORD, USER, GatewayCase, forms_of,
                                            resident_octets)
from tests.integration.lab import tls
from tests.integration.lab.ports import HOST

NAMES = 1_200
WARM_UP = 200
HANDSHAKE = 22  # a record, and messages in it
CLIENT_HELLO, SERVER_HELLO = 1, 2
NO_COMPRESSION, DEFLATE = 0, 1
GROWTH_MAX = 4 << 20  # octets; certificates kept for each name would take ten times that


class UpstreamCertificateTest(GatewayCase):
    """Each row of tls.BAD, shown by an upstream that would take the password gladly."""

    def try_all(self, upstream_tls):
        """One upstream for each bad certificate, and a user for each of them."""
        servers = {label: self.fault_server(self.pki.bad(label)) for label in tls.BAD}
        tables = {label: gateway_config.upstream_settings(server, upstream_tls, self.pki.ca_file)
                  for label, server in servers.items()}
        routes = [{"user": f"{label}@example.test", "upstream": label} for label in servers]
        gateway = self.start({"upstream": {"imap": None, **tables}, "route": routes})
        for label, server in servers.items():
            with self.subTest(label, fault=tls.BAD[label], way=upstream_tls):
                server.add_user(f"{label}@example.test", PASSWORD)

                answer = self.connect(gateway).log_in(f"{label}@example.test", PASSWORD)

                self.assertTrue(answer.startswith(b"-ERR [SYS/TEMP]"), answer)
                failed = gateway.wait_for_event("upstream.failed", upstream=label)
                self.assertIn(failed.fields["kind"], ("certificate", "tls"))
                self.assertEqual(_shown(PASSWORD, server.octets_received()), [])
                self.assertEqual(server.lines("LOGIN|AUTH"), [])

    def test_T007_F021_a_bad_certificate_gets_no_credential_with_implicit_tls(self):
        self.assertGreaterEqual(len(tls.BAD), 12)
        self.try_all("implicit")

    def test_T007_F021_a_bad_certificate_gets_no_credential_after_starttls(self):
        self.try_all("starttls")

    def test_a_good_certificate_gets_it(self):
        for way in ("implicit", "starttls"):
            gateway = self.start(upstream_tls=way)

            self.log_in(gateway)

        self.assertTrue(_shown(PASSWORD, self.server.octets_received()))

    def test_T006_the_password_crosses_no_wire_in_clear(self):
        gateway = self.start(upstream_tls="starttls")

        self.log_in(gateway)

        self.assertEqual(_shown(PASSWORD, self.server.octets_received(in_clear_only=True)), [])


class HostileClientTest(GatewayCase):
    def test_T011_random_server_names_get_the_default_certificate_and_leave_nothing(self):
        gateway = self.start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        usual = ssl.PEM_cert_to_DER_cert(self.pki.good.chain.read_text(encoding="ascii"))
        after_warm_up = 0
        for number in range(NAMES):
            if number == WARM_UP:
                after_warm_up = resident_octets(gateway.process.pid)
            if number % 50 == 0:
                self.assertEqual(self._certificate_for(gateway, context, number), usual)
            else:
                self._say_hello(gateway, context, number)
        self.wait_metric(gateway, NAMES, "postern_connections_accepted_total", listener="pop3s")

        growth = resident_octets(gateway.process.pid) - after_warm_up

        self.assertLess(growth, GROWTH_MAX)

    def _certificate_for(self, gateway, context, number):
        with RawPop3("localhost", gateway.port("pop3s")) as raw:
            secured = context.wrap_socket(raw.connection, server_hostname=_name(number))
            raw.connection = secured
            return secured.getpeercert(binary_form=True)

    def _say_hello(self, gateway, context, number):
        """The first message of a client, and the server's answer; then nothing more."""
        outgoing = ssl.MemoryBIO()
        half = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=_name(number))
        with self.assertRaises(ssl.SSLWantReadError):
            half.do_handshake()
        with RawPop3("localhost", gateway.port("pop3s")) as raw:
            raw.send(outgoing.read())
            self.assertEqual(raw.connection.recv(1), b"\x16")
            raw.reset()

    def test_T010_a_client_that_offers_compression_gets_none(self):
        gateway = self.start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # later versions have no words for it
        outgoing = ssl.MemoryBIO()
        half = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            half.do_handshake()

        with RawPop3("localhost", gateway.port("pop3s")) as raw:
            raw.send(_offering_deflate(outgoing.read()))
            answer = raw.connection.recv(1 << 14)

        self.assertEqual((answer[0], answer[5]), (HANDSHAKE, SERVER_HELLO))
        chosen = _behind_session_id(answer) + 2  # and behind the cipher
        self.assertEqual(answer[chosen], NO_COMPRESSION)

    def test_T010_no_upstream_is_offered_compression(self):
        with socket.create_server((HOST, 0)) as listener:
            upstream = SimpleNamespace(tls_port=listener.getsockname()[1])
            gateway = self.start(server=upstream, upstream_tls="implicit")
            client = RawPop3("localhost", gateway.port())
            self.addCleanup(client.close)
            client.send(f"USER {USER}\r\nPASS {PASSWORD}\r\n".encode())
            listener.settimeout(20)
            link, _ = listener.accept()
            with link:
                hello = link.recv(1 << 14)

        self.assertEqual((hello[0], hello[5]), (HANDSHAKE, CLIENT_HELLO))
        methods = _compression_methods(hello)
        self.assertEqual(hello[methods:methods + 2], bytes((1, NO_COMPRESSION)))

    def test_T023_a_certificate_of_the_clients_logs_nobody_in(self):
        gateway = self.start()
        context = self.pki.client_context()
        context.load_cert_chain(self.pki.good.chain, self.pki.good.private_key)
        with RawPop3("localhost", gateway.port("pop3s"), context=context) as raw:
            raw.greeting()
            for line in ("AUTH EXTERNAL", "AUTH EXTERNAL =", "AUTH EXTERNAL am9l"):
                self.assertEqual(raw.ask(line)[:4], b"-ERR")
            offered = raw.ask_multiline("AUTH")[1]

        self.assertNotIn(b"EXTERNAL", offered)
        self.assertEqual(self.server.lines("AUTHENTICATE|LOGIN"), [])

    def test_T012_an_end_of_tls_in_mid_transfer_is_the_end_of_the_session(self):
        self.inbox.add(MAIL)
        self.inbox.add(MAIL + b"x" * 70 * 100_000)
        gateway = self.start()
        raw = RawPop3("localhost", gateway.port("pop3s"), receive_buffer=4096).connection
        self.addCleanup(raw.close)
        client = TlsByHand(raw, self.pki.client_context())
        client.line()
        for line in (f"USER {USER}", f"PASS {PASSWORD}", "DELE 1", "RETR 2"):
            self.assertEqual(client.ask(line)[:3], b"+OK")

        raw.sendall(client.goodbye() + b"QUIT\r\nQUIT\r\n")
        while raw.recv(65536):
            pass

        gateway.wait_for_event("session.ended")
        self.assertEqual(self.inbox.uids(), [1, 2])
        self.assertEqual(self.server.lines("UID (STORE|EXPUNGE|MOVE)"), [])

    def test_T012_F042_an_upstream_that_cuts_tls_in_a_literal_gives_no_final_dot(self):
        self.inbox.add(MAIL + b"0123456789" * 50_000)
        for how in ("close_tls", "close", "reset"):
            with self.subTest(how):
                gateway = self.start(upstream_tls="implicit")
                pop3 = self.log_in(gateway)
                self.server.on("UID FETCH .*BODY", ["cut_literal", 400_000, how])
                pop3.send(b"RETR 1\r\n")

                octets, end = pop3.read_to_end()

                self.assertEqual(end, "reset")
                self.assertFalse(octets.endswith(b"\r\n.\r\n"))
                gateway.stop()


# Messages of the handshake (RFC 5246, section 7.4.1): the octets of a record's header, those of the
# message's, its version and 32 random octets come first.
_SESSION_ID = 5 + 4 + 2 + 32


def _behind_session_id(record):
    return _SESSION_ID + 1 + record[_SESSION_ID]


def _compression_methods(hello):
    """Where the list of them begins in the hello of a client."""
    ciphers = _behind_session_id(hello)
    return ciphers + 2 + int.from_bytes(hello[ciphers:ciphers + 2])


def _offering_deflate(hello):
    """The same hello with one more method of compression, in front of "none" (RFC 3749)."""
    methods = _compression_methods(hello)
    body = hello[9:methods] + bytes((2, DEFLATE, NO_COMPRESSION)) + hello[methods + 2:]
    message = bytes((CLIENT_HELLO,)) + len(body).to_bytes(3) + body
    return hello[:3] + len(message).to_bytes(2) + message


def _shown(secret, octets):
    return [form for form in forms_of(secret) if form in octets]


def _name(number):
    return f"host-{number}.random.test"


class TlsByHand:
    """TLS whose records the test sends itself, so that it can go on in clear behind them."""

    def __init__(self, raw, context):
        self.raw, self._in, self._out = raw, ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname="localhost")
        self._until_done(self._tls.do_handshake)

    def line(self):
        octets = b""
        while not octets.endswith(b"\n"):
            octets += self._until_done(self._tls.read, 1)
        return octets

    def ask(self, line):
        self._tls.write(line.encode() + b"\r\n")
        return self.line()

    def goodbye(self):
        """The record that ends this side's TLS."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:  # the other side has not said goodbye yet, and need not
            pass
        return self._out.read()

    def _until_done(self, act, *arguments):
        while True:
            try:
                return act(*arguments)
            except ssl.SSLWantReadError:
                self.raw.sendall(self._out.read())
                self._in.write(self.raw.recv(4096))
            finally:
                if self._out.pending:
                    self.raw.sendall(self._out.read())


if __name__ == "__main__":
    unittest.main()
