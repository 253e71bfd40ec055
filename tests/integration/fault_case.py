"""A fault server with one message and a raw connection to it: what tests of its rules share."""

import socket
import unittest

from tests.support.fault_imap import FaultImap

USER = "joe@example.test"
BODY = b"Subject: a message\r\n\r\n0123456789\r\n"
FETCH = "f UID FETCH 1 (UID BODY.PEEK[])"
TOLD = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % len(BODY)


class Peer:
    """A raw connection that was logged in and has INBOX open."""

    def __init__(self, server):
        self.raw = socket.create_connection((server.host, server.clear_port), 10)
        self._lines = self.raw.makefile("rb")

    def line(self):
        return self._lines.readline()

    def send(self, *lines):
        self.raw.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1"))

    def until(self, tag):
        """Everything up to and with the tagged line (or the end)."""
        said = []
        while not (said and said[-1].startswith(tag)):
            said.append(self.line())
            if not said[-1]:
                break
        return b"".join(said)

    def ask(self, line):
        self.send(line)
        return self.until(line.partition(" ")[0].encode() + b" ")

    def rest(self):
        """Everything up to the end of the stream."""
        return self._lines.read()

    def open(self):
        self.line()
        self.ask(f"l LOGIN {USER} secret")
        self.ask("s SELECT INBOX")
        return self

    def close(self):
        self._lines.close()
        self.raw.close()


class RuleCase(unittest.TestCase):
    def setUp(self):
        self.server = FaultImap().start()
        self.addCleanup(self.server.stop)
        self.inbox = self.server.add_user(USER, "secret").find("INBOX")
        self.inbox.add(BODY)

    def peer(self):
        peer = Peer(self.server)
        self.addCleanup(peer.close)
        return peer

    def fetch_with(self, *actions):
        """What a fetch of the one message is answered with under a rule."""
        self.server.on("UID FETCH", *actions)
        return self.peer().open().ask(FETCH)
