"""The fault server as a program of its own: configuration by JSON, ports told, control port.

The C++ tests drive it in this way; the port numbers come as one line of JSON on standard output.
"""

import imaplib
import json
import socket
import subprocess
import sys
import unittest
from pathlib import Path

_TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_TOP))

from tests.integration.lab import process, tls

_PROGRAM = _TOP / "tests/support/fault_imap.py"
_MESSAGE = "Subject: \xfc\r\n\r\nbody\r\n"


class Program:
    """The running program and a connection to its control port."""

    def __init__(self, configuration):
        self._child = subprocess.Popen([sys.executable, _PROGRAM, "--config", "-"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._child.stdin.write(json.dumps(configuration).encode() + b"\n")
        self._child.stdin.flush()
        self.ports = json.loads(self._child.stdout.readline())
        self._control = socket.create_connection(("127.0.0.1", self.ports["control_port"]), 10)
        self._lines = self._control.makefile("rwb")

    def ask(self, **request):
        self._lines.write(json.dumps(request).encode() + b"\n")
        self._lines.flush()
        return json.loads(self._lines.readline())

    def stop(self):
        """Ends standard input, which ends the program; its exit status."""
        self._lines.close()
        self._control.close()
        self._child.stdin.close()
        self._child.stdout.close()
        return self._child.wait(10)


class FaultProgramTest(unittest.TestCase):
    def start(self, **configuration):
        program = Program(configuration)
        self.addCleanup(program.stop)
        return program

    def log_in(self, program):
        connection = imaplib.IMAP4("127.0.0.1", program.ports["clear_port"], timeout=10)
        self.addCleanup(connection.shutdown)
        connection.login("joe", "secret")
        connection.select()
        return connection

    def test_serves_what_the_configuration_says(self):
        program = self.start(
            settings={"capabilities": ["UIDPLUS"]},
            users=[{"name": "joe", "password": "secret", "messages": [_MESSAGE],
                    "mailboxes": [{"name": "Bin", "special_use": "\\Trash"}]}],
            rules=[{"on": "NOOP", "do": [["tagged", "NO told so"]], "times": None}])
        connection = self.log_in(program)

        self.assertEqual(connection.noop()[0], "NO")
        self.assertEqual(connection.uid("FETCH", "1", "BODY.PEEK[]")[1][0][1],
                         _MESSAGE.encode("latin-1"))
        self.assertEqual(len(connection.list()[1]), 2)

    def test_is_driven_through_the_control_port(self):
        program = self.start(users=[{"name": "joe", "password": "secret"}])
        self.assertEqual(program.ask(do="add", user="joe", octets=_MESSAGE), {"uid": 1})
        connection = self.log_in(program)
        program.ask(do="rule", rule={"on": "UID STORE", "do": [["hold", "it"]]})

        tag = connection._command("UID", "STORE", "1", "+FLAGS.SILENT", r"(\Seen)")
        program.ask(do="wait_held", name="it")
        mailbox = program.ask(do="mailbox", user="joe")
        program.ask(do="release", name="it")
        connection._command_complete("UID", tag)

        self.assertEqual(mailbox["messages"], [{"uid": 1, "octets": _MESSAGE, "flags": ["\\Seen"]}])
        self.assertEqual(program.ask(do="lines", pattern="UID"),
                         {"lines": ["UID STORE 1 +FLAGS.SILENT (\\Seen)"]})
        self.assertEqual(program.ask(do="received", text='"secret"'), {"found": True})
        self.assertEqual(program.ask(do="received", text="other"), {"found": False})

    def test_tells_of_requests_it_cannot_fulfil(self):
        program = self.start()

        for request in ({"do": "dance"}, {"do": "mailbox", "user": "nobody"}, {"done": 1},
                        {"do": "rule", "rule": {"on": "x", "do": ["explode"]}}):
            with self.subTest(request):
                self.assertIn("error", program.ask(**request))

    def test_has_tls_where_it_is_given_a_certificate(self):
        folder = process.work_folder("fault-program")
        self.addCleanup(process.remove_folder, folder)
        pki = tls.Pki(folder / "tls")
        program = self.start(certificate=[str(pki.good.chain), str(pki.good.private_key)],
                             users=[{"name": "joe", "password": "secret"}])

        connection = imaplib.IMAP4_SSL("127.0.0.1", program.ports["tls_port"], timeout=10,
                                       ssl_context=pki.client_context())
        self.assertEqual(connection.login("joe", "secret")[0], "OK")
        connection.logout()

    def test_ends_with_its_standard_input(self):
        program = Program({})

        self.assertEqual(program.stop(), 0)


if __name__ == "__main__":
    unittest.main()
