"""The ground below the servers: ports, processes, certificates, mail and its oracle.

If one of these fails, look here first: everything else in the laboratory stands on them.
"""

import socket
import ssl
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import mail, ports, process, tls


class PortTest(unittest.TestCase):
    def test_gives_each_port_once(self):
        given = [ports.free_port() for _ in range(200)]

        self.assertEqual(len(set(given)), len(given))

    def test_gives_no_port_that_is_in_use(self):
        with socket.create_server((ports.HOST, 0)) as listener:
            self.assertFalse(ports._lease(listener.getsockname()[1]))


    def test_a_deaf_port_answers_no_syn(self):
        with ports.deaf_port() as port, self.assertRaises(TimeoutError):
            socket.create_connection((ports.HOST, port), 0.3)


class ProcessTest(unittest.TestCase):
    def setUp(self):
        self.folder = process.work_folder("process")
        self.addCleanup(process.remove_folder, self.folder)

    def start(self, *argv):
        started = process.Process(argv, self.folder / "output")
        self.addCleanup(started.stop)
        return started

    def test_waits_until_a_port_accepts(self):
        port = ports.free_port()
        server = self.start(sys.executable, "-m", "http.server", "-b", ports.HOST, port)

        server.wait_listening(port)

        self.assertTrue(process.accepts(port))

    def test_a_program_that_ends_instead_of_listening_is_an_error_with_its_words(self):
        server = self.start("sh", "-c", "echo I would rather not; exit 3")

        with self.assertRaisesRegex(RuntimeError, "I would rather not"):
            server.wait_listening(ports.free_port())

    def test_a_program_that_never_listens_is_an_error_in_time(self):
        server = self.start("sleep", "60")

        with self.assertRaises(TimeoutError):
            server.wait_listening(ports.free_port(), seconds=0.2)

    def test_stopping_ends_the_children_too(self):
        port = ports.free_port()
        command = f"{sys.executable} -m http.server -b {ports.HOST} {port} & wait"
        server = self.start("sh", "-c", command)
        server.wait_listening(port)

        server.stop()

        process.wait_until(lambda: not process.accepts(port), 5, "the child's end")

    def test_a_failing_command_tells_what_it_said(self):
        with self.assertRaisesRegex(RuntimeError, "ended with 4:\nno luck"):
            process.run(["sh", "-c", "echo no luck >&2; exit 4"])


class CertificateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = process.work_folder("tls")
        cls.addClassCleanup(process.remove_folder, cls.folder)
        cls.pki = tls.Pki(cls.folder / "tls")

    def handshake(self, certificate, host="localhost"):
        """Shakes hands with a server that shows the certificate; the client's error is raised."""
        ours, theirs = socket.socketpair()

        def serve():
            try:
                self.pki.server_context(certificate).wrap_socket(theirs, server_side=True).close()
            except (OSError, ssl.SSLError):
                pass  # the client's side tells what was wrong

        server = threading.Thread(target=serve)
        server.start()
        try:
            self.pki.client_context().wrap_socket(ours, server_hostname=host).close()
        finally:
            ours.close()
            server.join()
            theirs.close()

    def test_a_careful_client_takes_the_good_certificate(self):
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                self.handshake(self.pki.good, host)

    def test_a_careful_client_refuses_every_bad_certificate_for_its_own_reason(self):
        reasons = {
            "wrong_name": "Hostname mismatch", "wrong_wildcard": "Hostname mismatch",
            "name_in_subject_only": "Hostname mismatch", "nul_in_name": "Hostname mismatch",
            "expired": "has expired", "not_yet_valid": "not yet valid",
            "self_signed": "self-signed certificate",
            "unknown_authority": "unable to get local issuer",
            "issuer_is_no_authority": "invalid CA",
            "authority_not_for_servers": "unsuitable certificate purpose",
            "authority_not_for_name": "permitted subtree violation",
            "path_too_long": "path length constraint", "weak_key": "key too weak",
            "for_clients_only": "unsuitable certificate purpose", "weak_digest": "digest.*too weak",
        }
        self.assertEqual(set(reasons), set(tls.BAD))

        for label, reason in reasons.items():
            with self.subTest(label), self.assertRaisesRegex(ssl.SSLError, reason):
                self.handshake(self.pki.bad(label))


class MailTest(unittest.TestCase):
    def test_what_is_delivered_can_be_sent_and_never_ends_early_for_a_lax_reader(self):
        for name, octets in mail.HOSTILE.items():
            with self.subTest(name):
                text = mail.delivered(octets)
                wire = mail.on_the_wire(text)

                self.assertEqual(mail.off_the_wire(wire), text)
                self.assertFalse(mail.ends_early(wire))
                self.assertNotIn(b"\0", wire)

    def test_hostile_mail_is_hostile(self):
        ended = [name for name, octets in mail.HOSTILE.items()
                 if mail.ends_early(mail.on_the_wire(mail.delivered(octets, bare_cr="pass")))]

        self.assertEqual(set(ended), {"cr_dot_cr", "cr_dot_cr_lf", "cr_dot_lf", "borders",
                                      "ends_in_cr_dot", "cr_only"})

    def test_the_oracle_follows_the_octet_rules(self):
        rules = (
            (b"a: b\r\n\r\nx\r\n", b"a: b\r\n\r\nx\r\n"),
            (b"\r\nx\ny", b"\r\nx\r\ny\r\n"),
            (b"\r\na\r\r\nb\r\n", b"\r\na\r\r\nb\r\n"),
            (b"\r\na\rb\r\n", b"\r\na\rb\r\n"),
            (b"\r\na\r.\r\nb\r\n", b"\r\na\r\n.\r\nb\r\n"),
            (b"\r\na\r.\rb\r\n", b"\r\na\r\n.\rb\r\n"),
            (b"\r\na\r.b\r\n", b"\r\na\r.b\r\n"),
            (b"\r\na\r.", b"\r\na\r\n.\r\n"),
            (b"\r\na\0b\r\n", b"\r\na\x80b\r\n"),
            (b"a: b\r\n", b"a: b\r\n\r\n"),
            (b"a: b", b"a: b\r\n\r\n"),
            (b"", b"\r\n"),
        )
        for stored, delivered in rules:
            with self.subTest(stored):
                self.assertEqual(mail.delivered(stored), delivered)

    def test_strip_heals_what_guard_lets_pass(self):
        self.assertEqual(mail.delivered(b"\r\na\r\r\nb\rc\r\n", bare_cr="strip"),
                         b"\r\na\r\nbc\r\n")

    def test_big_mail_has_the_size_that_was_asked_for(self):
        self.assertEqual(len(mail.big(1_000_000)), 1_000_000)
        self.assertTrue(mail.big(1_000_000).endswith(b"\r\n"))


if __name__ == "__main__":
    unittest.main()
