"""A strict IMAP server without the extensions you name: a front that stands before Dovecot.

Dovecot can only hide its extensions; the commands still work, and a gateway that uses what was not
offered would never be found out. The front leaves the extensions out of every capability list and
answers BAD to every command, parameter, literal or initial response that needs one of them
(legacy_rules.py). It serves one command at a time, so pipelined commands run in order, and does its
own TLS. IDLE is never offered.
"""

import contextlib
import re
import socket
import ssl
import threading

from tests.support.imap_grammar import Malformed, Wire, read_command

from . import legacy_rules
from .dovecot import Dovecot
from .ports import HOST
from .upstream import Upstream

_KEPT_BY_ALL = ("IMAP4rev1", "STARTTLS", "AUTH=PLAIN", "AUTH=LOGIN")
_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")
_SPECIAL_USE = re.compile(rb"\\(?:All|Archive|Drafts|Flagged|Junk|Sent|Trash)\b ?", re.IGNORECASE)
_CONNECT_SECONDS = 30
_CHUNK_OCTETS = 1 << 20


class LegacyFront(Upstream):
    """`without`: extensions taken away, or "all". `hidden_codes`: response codes never sent."""

    name = "legacy"
    ALL = "all"

    def __init__(self, *, without=ALL, hidden_codes=(), behind=None):
        super().__init__()
        self._behind = behind or Dovecot()
        self._without, self._more_hidden = without, set(hidden_codes)
        self._listeners, self._connections = [], []
        self.missing, self.hidden = set(), set()

    def _start(self):
        self._behind.start()
        self.pki = self._behind.pki
        self._behind.passwords = self.passwords
        self._behind.add_user("postern-legacy-probe", "probe")
        offered = self._behind.capabilities() | self._behind.capabilities("postern-legacy-probe")
        asked = offered - set(_KEPT_BY_ALL) if self._without == self.ALL else self._without
        self.missing = legacy_rules.with_dependents({*asked, "IDLE"})
        self.hidden = legacy_rules.hidden_codes(self.missing) | self._more_hidden
        context = self.pki.server_context(self.pki.good)
        for port, implicit in ((self.clear_port, False), (self.tls_port, True)):
            listener = socket.create_server((HOST, port), backlog=256)
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, context, implicit),
                             daemon=True).start()

    def _stop(self):
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in self._connections:
            connection.abort()
        self._behind.stop()

    def _add_user(self, name, password):
        self._behind.add_user(name, password)

    def deliver(self, user, messages):
        self._behind.deliver(user, messages)

    def as_stored(self, octets):
        return self._behind.as_stored(octets)

    def _accept(self, listener, context, implicit):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            served = _Connection(self, self._behind, connection, context)
            self._connections.append(served)
            threading.Thread(target=served.serve, args=(implicit,), daemon=True).start()


class _Connection:
    """One client and one connection to the server behind."""

    def __init__(self, front, behind, connection, context):
        self._front, self._context = front, context
        self._client, self._from_client = connection, Wire(connection)
        self._server = socket.create_connection((behind.host, behind.clear_port), _CONNECT_SECONDS)
        self._from_server = Wire(self._server)
        for end in (self._client, self._server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._in_tls = False

    def serve(self, implicit):
        with contextlib.suppress(OSError, ssl.SSLError, Malformed):
            if implicit:
                self._start_tls()
            self._client.sendall(self._rewritten(self._from_server.read_line()))
            while self._serve_command():
                pass
        for end in (self._client, self._server):
            end.close()

    def abort(self):
        """Ends the connection, whatever it waits for."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._client, socket.SHUT_RDWR)

    def _serve_command(self):
        """Serves the next command; False once there are no more to come."""
        command = read_command(
            self._from_client, lambda: self._client.sendall(b"+ go ahead\r\n"),
            may_send_unasked="LITERAL+" not in self._front.missing)
        if command is None:
            return False
        refused = command.refusal or legacy_rules.refusal(command, self._front.missing)
        if refused:
            self._answer(command, f"BAD not understood here: {refused}")
        elif command.name == "STARTTLS":
            self._upgrade(command)
        elif command.name == "ENABLE":
            self._enable(command)
        else:
            self._forward(command)
            self._relay(command, asks_client=command.name == "AUTHENTICATE")
        return command.name != "LOGOUT"

    def _answer(self, command, text):
        self._client.sendall(f"{command.tag} {text}\r\n".encode("latin-1"))

    def _upgrade(self, command):
        if self._in_tls or "STARTTLS" in self._front.missing:
            self._answer(command, "BAD no TLS here")
            return
        self._answer(command, "OK begin TLS")
        self._start_tls()

    def _start_tls(self):
        self._client = self._context.wrap_socket(self._client, server_side=True)
        self._from_client = Wire(self._client)
        self._in_tls = True

    def _enable(self, command):
        """ENABLE of what is not there is no error (RFC 5161), it just enables nothing."""
        kept = [word for word in command.arguments if str(word).upper() not in self._front.missing]
        if not kept:
            self._client.sendall(b"* ENABLED\r\n")
            self._answer(command, "OK done")
            return
        self._server.sendall(f"{command.tag} ENABLE {' '.join(kept)}\r\n".encode())
        self._relay(command, asks_client=False)

    def _forward(self, command):
        """Sends the command on, its literals without being asked: the server behind takes them."""
        octets = b""
        for line, literal in zip(command.pieces[::2], command.pieces[1::2]):
            octets += re.sub(rb"\{(\d+)\}\r?\n\Z", rb"{\1+}\r\n", line) + literal
        self._server.sendall(octets + command.pieces[-1])

    def _relay(self, command, *, asks_client):
        """Passes the answer on, up to and with its tagged line."""
        while True:
            line = self._from_server.read_line()
            if not line:
                raise OSError("the server behind has gone")
            first = self._rewritten(line)
            self._client.sendall(first)
            while match := _LITERAL.search(line):
                self._relay_octets(int(match.group(1)))
                line = self._from_server.read_line()
                self._client.sendall(line)
            if line.startswith(b"+") and asks_client:
                self._server.sendall(self._from_client.read_line())
            if first.startswith(command.tag.encode("latin-1") + b" "):
                return

    def _relay_octets(self, count):
        """Passes a literal on as it comes: it may be a large one."""
        while count > 0:
            octets = self._from_server.read_exactly(min(count, _CHUNK_OCTETS))
            if not octets:
                raise OSError("the server behind has gone")
            self._client.sendall(octets)
            count -= len(octets)

    def _rewritten(self, line):
        """The line as a server without the missing extensions would have it."""
        line = re.sub(rb"(?<=CAPABILITY )[^\]\r\n]*", self._capabilities, line, count=1)
        code = re.match(rb"(\S+ (?:OK|NO|BAD) )\[([A-Z-]+)[^\]]*\] ?", line)
        if code and code.group(2).decode() in self._front.hidden:
            if line.startswith(b"* "):
                return b""
            line = code.group(1) + line[code.end():]
        if "SPECIAL-USE" in self._front.missing and line.startswith(b"* LIST ("):
            flags, closing, rest = line.partition(b")")
            line = _SPECIAL_USE.sub(b"", flags).rstrip() + closing + rest
        return line

    def _capabilities(self, match):
        missing = self._front.missing | ({"STARTTLS"} if self._in_tls else set())
        return " ".join(word for word in match.group().decode().split()
                        if word not in missing).encode()
