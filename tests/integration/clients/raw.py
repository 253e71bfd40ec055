"""A POP3 client that reads exact octets and may behave as badly as a test wants.

`RawPop3` is one connection (raw_stream.py), `RawClient` the same behind the interface of all
clients, which changes nothing in what it fetches. RFC 1939, RFC 2595 (STLS), RFC 5034 (AUTH).
"""

import base64

from .client import Client
from .raw_stream import RawStream


class RawPop3(RawStream):
    """One connection; the greeting is read by `greeting()`, or left unread."""

    def greeting(self):
        return self.read_line()

    def read_multiline(self):
        """All lines up to and with the one that is a dot, as they are on the wire."""
        lines = [self.read_line()]
        while lines[-1] != b".\r\n":
            if not lines[-1].endswith(b"\n"):
                raise EOFError(f"the answer has no end: {b''.join(lines)[-200:]!r}")
            lines.append(self.read_line())
        return b"".join(lines)

    def ask(self, line):
        """Sends a command and returns the first line of the answer."""
        self.send(_octets(line) + b"\r\n")
        return self.read_line()

    def ask_multiline(self, line):
        """The same where lines follow: the first line, and the others as they are on the wire."""
        first = self.ask(line)
        return first, self.read_multiline() if first.startswith(b"+OK") else b""

    def pipeline(self, *lines):
        """Sends commands in one write and returns the first line of each answer."""
        self.send(b"".join(_octets(line) + b"\r\n" for line in lines))
        return [self.read_line() for _ in lines]

    def stls(self, context):
        """Asks for TLS; returns the answer, and has started TLS if that was +OK."""
        answer = self.ask("STLS")
        if answer.startswith(b"+OK"):
            self.start_tls(context)
        return answer

    def log_in(self, user, password, mechanism="USER"):
        """The last answer of a login: +OK, or what the refusal says."""
        if mechanism == "USER":
            answer = self.ask(f"USER {user}")
            return self.ask(f"PASS {password}") if answer.startswith(b"+OK") else answer
        if mechanism == "PLAIN":
            return self.ask(b"AUTH PLAIN " + _base64(f"\0{user}\0{password}"))
        answer = self.ask("AUTH LOGIN")
        for secret in (user, password):
            if answer.startswith(b"+ "):
                answer = self.ask(_base64(secret))
        return answer


class RawClient(Client):
    """The raw connection as a client like any other."""

    name = "raw"
    mechanisms = ("USER", "PLAIN", "LOGIN")

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        with open_maildrop(maildrop, mechanism) as pop3:
            count = int(_ok(pop3.ask("STAT")).split()[1])
            texts = []
            for number in range(1, count + 1):
                first, wire = pop3.ask_multiline(f"RETR {number}")
                texts.append(_taken_off(_ok(first) and wire))
                if not keep:
                    _ok(pop3.ask(f"DELE {number}"))
            _ok(pop3.ask("QUIT"))
        return texts


def open_maildrop(maildrop, mechanism="USER"):
    """A connection that is logged in; a refusal is a PermissionError."""
    context = None if maildrop.tls_mode == "clear" else maildrop.tls_context()
    implicit = context if maildrop.tls_mode == "implicit" else None
    pop3 = RawPop3(maildrop.host, maildrop.port, context=implicit)
    try:
        _ok(pop3.greeting())
        if maildrop.tls_mode == "stls":
            _ok(pop3.stls(context))
        _ok(pop3.log_in(maildrop.user, maildrop.password, mechanism))
    except BaseException:
        pop3.close()
        raise
    return pop3


def _ok(line):
    if not line.startswith(b"+OK"):
        raise PermissionError(f"refused: {line!r}")
    return line


def _taken_off(wire):
    lines = wire.split(b"\r\n")[:-2]
    return b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n" for line in lines)


def _octets(line):
    return line.encode() if isinstance(line, str) else line


def _base64(text):
    return base64.b64encode(text.encode())
