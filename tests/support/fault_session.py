"""One connection of the fault server: reads commands, asks the model, lays the rules over its
answer.

Each connection is a thread. Everything that arrives is recorded, apart for what came in clear and
what came inside TLS, so that a test can search it for secrets. Waiting ends when the test releases
it, when the client goes, or when the server stops.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass

from tests.support import fault_rules, imap_commands
from tests.support.imap_grammar import Malformed, Wire, read_command
from tests.support.imap_reply import Fetch, Flow, Tagged, Untagged, octets_of

GATHER_SECONDS = 0.2
_POLL_SECONDS = 0.1
_NO_LINGER = struct.pack("ii", 1, 0)


class Ended(Exception):
    """The connection is over, by our doing or the client's."""


@dataclass
class Seen:
    """A command as the record keeps it.

    `in_tls` says how it came, `state` is the connection's before it, and commands of one `arrival`
    came in one write.
    """

    session: int
    tag: str
    line: str
    in_tls: bool
    state: str
    arrival: int


class Session(threading.Thread):
    """Serves one connection until its end. The attributes below `start` are what the model sees."""

    def __init__(self, server, number, connection, *, implicit_tls):
        super().__init__(name=f"fault-imap-{number}", daemon=True)
        self.number = number
        self.clear_octets, self.tls_octets = bytearray(), bytearray()
        self.octets_sent = 0  # before TLS
        self.in_tls = False
        self.ended = threading.Event()
        self._server, self._connection, self._implicit_tls = server, connection, implicit_tls
        self._wire = Wire(connection, self.clear_octets.extend)
        self._upgrade = False
        self.early_octets = b""  # what came behind STARTTLS before it was answered
        self.settings, self.store = server.settings, server.store
        self.state, self.account, self.view, self.enabled = "not authenticated", None, None, set()

    def run(self):
        try:
            self._serve()
        except (Ended, OSError, ssl.SSLError, Malformed):
            pass  # the client went, or spoke something that is not IMAP at all
        except Exception as failure:  # a fault of this server: the test must hear of it
            self._server.failures.append(failure)
        finally:
            self._close()
            self.ended.set()

    def abort(self):
        """Wakes the thread up for the end, whatever it waits for."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)

    # What the model asks for.

    def can_starttls(self):
        offered = self.settings.starttls and self._server.tls_context is not None
        return offered and not self.in_tls

    def upgrade_after_answer(self):
        self._upgrade = True

    def find_mailbox(self, value):
        name = value.decode("latin-1") if isinstance(value, bytes) else value
        return self.account.find(name) if isinstance(name, str) else None

    def ask(self, challenge):
        """Sends a continuation request and returns the line that answers it."""
        self._send(b"+ " + challenge + b"\r\n")
        line = self._wire.read_line()
        if not line.endswith(b"\n"):
            raise Ended
        return line

    # The conversation.

    def _serve(self):
        if self._implicit_tls:
            self._start_tls()
        self._answer_moment("greeting", imap_commands.greeting(self))
        while self.state != "logout":
            command = self._next_command()
            group = self._server.gathering(command.line())
            if group is None:
                self._emit(self._answer(command))
            else:
                self._emit(self._answer_group([command, *self._gather(group[0])], group[1]))
            if self._upgrade:
                self._upgrade = False
                self._start_tls()

    def _next_command(self):
        command = read_command(self._wire, lambda: self._send(b"+ go ahead\r\n"),
                               may_send_unasked=self._takes_unasked())
        if command is None:
            raise Ended
        self._server.record(Seen(self.number, command.tag, command.line(), self.in_tls, self.state,
                                 self._wire.arrivals))
        return command

    def _takes_unasked(self):
        return self.settings.has("LITERAL+") or self.settings.has("LITERAL-")

    def _answer(self, command):
        rules = self._server.rules_for(command.line())
        for rule in rules:
            fault_rules.change(rule, self.store, self.account)
        if all(rule.acts for rule in rules):
            parts = imap_commands.answer(self, command)
        else:
            parts = [Tagged(command.tag, "OK done")]
        for rule in rules:
            parts = fault_rules.alter(rule, parts, command.tag)
        return parts

    def _answer_moment(self, moment, parts):
        for rule in self._server.rules_for(moment):
            parts = fault_rules.alter(rule, parts, "*")
        self._emit(parts)

    def _gather(self, most):
        """The commands pipelined behind the one just read, up to a number."""
        commands = []
        while len(commands) + 1 < most:
            if b"\n" not in self._wire.buffered() and not self._wire.wait_for_more(GATHER_SECONDS):
                break
            commands.append(self._next_command())
        return commands

    def _answer_group(self, commands, order):
        if order == "reverse":
            commands = commands[::-1]
        answers = [self._answer(command) for command in commands]
        if order == "answers":
            answers.reverse()
        if order != "interleave":
            return [part for parts in answers for part in parts]
        untagged = [[part for part in parts if isinstance(part, (Untagged, Fetch))]
                    for parts in answers]
        mixed = [parts[at] for at in range(max(map(len, untagged))) for parts in untagged
                 if at < len(parts)]
        return mixed + [part for parts in answers for part in parts if isinstance(part, Tagged)]

    def _start_tls(self):
        # The moment is there when the client has begun: a connection that is reset before may not
        # have come about for it yet, which is another fault.
        if not self._wire.buffered():
            self._connection.recv(1, socket.MSG_PEEK)
        self._answer_moment("tls", [])
        self.early_octets = self._wire.buffered()
        if self.early_octets:
            raise Ended
        self._connection = self._server.tls_context.wrap_socket(
            self._connection, server_side=True, do_handshake_on_connect=False)
        self._connection.do_handshake()
        self._wire = Wire(self._connection, self.tls_octets.extend)
        self.in_tls = True

    # Sending, and everything that can go wrong with it.

    def _emit(self, parts):
        waiting, pace = bytearray(), None
        for part in parts:
            if isinstance(part, Flow):
                self._send(waiting, pace)
                waiting.clear()
                pace = part.arguments if part.what == "drip" else pace
                self._flow(part)
                continue
            for octets in octets_of(part):
                waiting += octets
                if len(waiting) > 1 << 18:
                    self._send(waiting, pace)
                    waiting.clear()
        self._send(waiting, pace)

    def _send(self, octets, pace=None):
        self.octets_sent += len(octets)
        if pace is None:
            self._connection.sendall(octets)
            return
        count, seconds = pace
        for start in range(0, len(octets), count):
            self._connection.sendall(octets[start:start + count])
            self._wait(seconds)

    def _flow(self, part):
        if part.what == "drip":
            return
        if part.what == "pause":
            self._wait(*part.arguments)
        elif part.what == "hold":
            self._hold(*part.arguments)
        elif part.what == "hang":
            self._wait(None)
        else:
            self._end(part.what)

    def _wait(self, seconds):
        """Waits (None: for good), but not beyond the end of the server or the client."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or time.monotonic() < end:
            left = _POLL_SECONDS if end is None else min(_POLL_SECONDS, end - time.monotonic())
            if self._server.stopping.wait(max(left, 0)) or (end is None and self._client_gone()):
                raise Ended

    def _hold(self, name):
        released = self._server.hold(name)
        while not released.wait(_POLL_SECONDS):
            if self._server.stopping.is_set() or self._client_gone():
                raise Ended

    def _client_gone(self):
        """Takes in what the client sends meanwhile; whether it has gone."""
        if self._wire.wait_for_more(0.001):
            return False
        return not self._still_open()

    def _still_open(self):
        raw = socket.socket(fileno=self._connection.fileno())
        try:
            return bool(raw.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            raw.detach()

    def _end(self, how):
        if how == "reset":
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        else:
            if how == "close_tls":
                self._say_goodbye()
            self._finish()
        raise Ended

    def _finish(self):
        """Sends FIN. Closing with octets unread would send RST, so they are taken in first."""
        socket.socket.shutdown(self._connection, socket.SHUT_WR)
        while self._wire.wait_for_more(0.001):
            pass

    def _say_goodbye(self):
        """Sends the TLS close alert without waiting for the client's."""
        if isinstance(self._connection, ssl.SSLSocket):
            self._connection.settimeout(_POLL_SECONDS)
            # ValueError: the handshake was never finished.
            with contextlib.suppress(OSError, ssl.SSLError, ValueError):
                self._connection.unwrap()

    def _close(self):
        if self.state == "logout":
            self._say_goodbye()
            with contextlib.suppress(OSError, ssl.SSLError):
                self._finish()
        with contextlib.suppress(OSError):
            self._connection.close()
