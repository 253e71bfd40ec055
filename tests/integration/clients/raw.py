"""A POP3 client that reads exact octets and may behave as badly as a test wants.

`RawPop3` is one connection: it can send its input split at any octet, pipeline, half-close, reset,
stop reading, or upgrade to TLS in the middle; it tells how the other side ended. `RawClient` is the
same behind the interface of all clients, and changes nothing in what it fetches. RFC 1939, RFC 2595
(STLS), RFC 5034 (AUTH).
"""

import base64
import socket
import ssl
import struct

from .client import Client

SECONDS = 30
_NO_LINGER = struct.pack("ii", 1, 0)


class RawPop3:
    """One connection; the greeting is read by `greeting()`, or left unread."""

    def __init__(self, host, port, *, context=None, receive_buffer=None):
        """With a TLS context: implicit TLS. A small receive buffer makes a reader that stalls."""
        self.connection = socket.socket()
        if receive_buffer is not None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.connection.settimeout(SECONDS)
        self.connection.connect((host, port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host, self._buffer = host, b""
        if context is not None:
            self.start_tls(context)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Sending.

    def send(self, octets):
        self.connection.sendall(octets)

    def send_split(self, octets, *places):
        """Sends in pieces that end at the places, each in a segment of its own."""
        ends = [*sorted(places), len(octets)]
        for start, end in zip([0, *ends], ends):
            self.connection.sendall(octets[start:end])

    def send_by_octets(self, octets):
        """Sends every octet in a segment of its own."""
        self.send_split(octets, *range(1, len(octets)))

    def half_close(self):
        """Says that no more will be sent, and goes on reading."""
        if isinstance(self.connection, ssl.SSLSocket):
            # A close alert would end both directions in Python's TLS, so FIN has to do.
            socket.socket.shutdown(self.connection, socket.SHUT_WR)
        else:
            self.connection.shutdown(socket.SHUT_WR)

    def close(self):
        self.connection.close()

    def reset(self):
        """Ends the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.connection.close()

    # Receiving.

    def read_line(self):
        """The next line with its line end; what is left, at the end of the stream."""
        while b"\n" not in self._buffer:
            octets = self.connection.recv(65536)
            if not octets:
                rest, self._buffer = self._buffer, b""
                return rest
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def read_multiline(self):
        """All lines up to and with the one that is a dot, as they are on the wire."""
        lines = [self.read_line()]
        while lines[-1] != b".\r\n":
            if not lines[-1].endswith(b"\n"):
                raise EOFError(f"the answer has no end: {b''.join(lines)[-200:]!r}")
            lines.append(self.read_line())
        return b"".join(lines)

    def read_exactly(self, count):
        """So many octets; fewer only at the end of the stream."""
        while len(self._buffer) < count:
            octets = self.connection.recv(65536)
            if not octets:
                break
            self._buffer += octets
        octets, self._buffer = self._buffer[:count], self._buffer[count:]
        return octets

    def read_to_end(self):
        """All that still comes, and how it ended: "closed", "reset", "cut" (TLS without alert)."""
        octets, self._buffer = [self._buffer], b""
        try:
            while True:
                octets.append(self.connection.recv(65536))
                if not octets[-1]:
                    return b"".join(octets), "closed"
        except ConnectionResetError:
            return b"".join(octets), "reset"
        except ssl.SSLError as error:
            if "EOF" not in str(error):  # what kind of SSLError it is depends on Python's version
                raise
            return b"".join(octets), "cut"

    # Speaking POP3.

    def greeting(self):
        return self.read_line()

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

    def start_tls(self, context):
        """The handshake, at once. Octets that came in clear before it must not be there."""
        assert not self._buffer, f"octets in clear before TLS: {self._buffer!r}"
        self.connection = context.wrap_socket(self.connection, server_hostname=self._host,
                                              suppress_ragged_eofs=False)

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
