"""Fault servers and connections to them: what the tests of the fault server share.

`RuleCase` has one message (BODY, the fetch of it FETCH) and raw connections, because what the rules
break is just what imaplib would hide; `FaultImapCase` has an empty mailbox and imaplib.
"""

import imaplib
import socket
import unittest

from tests.integration.lab.upstream import expect_ok
from tests.support.fault_imap import FaultImap
from tests.support.imap_commands import Settings

USER = "joe@example.test"
PASSWORD = 'se"cr\\et'
SHORT = b"Subject: short\r\nX-UIDL: abc\r\n\r\nbody\r\n"
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


class FaultImapCase(unittest.TestCase):
    settings = None

    def setUp(self):
        self.server = FaultImap(settings=self.settings and Settings(**self.settings)).start()
        self.addCleanup(self.server.stop)
        self.inbox = self.server.add_user(USER, PASSWORD).find("INBOX")

    def connect(self):
        connection = imaplib.IMAP4(self.server.host, self.server.clear_port, timeout=10)
        self.addCleanup(connection.shutdown)
        return connection

    def log_in(self, mailbox="INBOX", read_only=False):
        connection = self.connect()
        connection.login(USER, PASSWORD)
        if mailbox:
            expect_ok(connection.select(mailbox, readonly=read_only))
        return connection

    def talk(self, *lines):
        """Sends lines on a connection of their own, logged in if they are; all that comes back."""
        with socket.create_connection((self.server.host, self.server.clear_port), 10) as raw:
            raw.sendall("".join(f"{line}\r\n" for line in (*lines, "z LOGOUT")).encode("latin-1"))
            return b"".join(iter(lambda: raw.recv(65536), b"")).decode("latin-1")

    def ask(self, *lines):
        """The same, with INBOX open."""
        secret = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        return self.talk(f'l LOGIN {USER} "{secret}"', "s SELECT INBOX", *lines)
