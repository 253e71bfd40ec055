"""One connection of the scripted submission server: a dialogue, and the faults in it.

RFC 5321, RFC 3207 (STARTTLS), RFC 4954 (AUTH).
"""

import base64
import re
import socket
import struct
import threading
from dataclasses import dataclass, field

_REPLIES = {"MAIL": b"250 2.1.0 sender fine\r\n", "RCPT": b"250 2.1.5 recipient fine\r\n",
            "RSET": b"250 2.0.0 forgotten\r\n", "NOOP": b"250 2.0.0 nothing\r\n",
            "QUIT": b"221 2.0.0 bye\r\n"}
_GREETING = b"220 scripted.test ESMTP\r\n"
_UNKNOWN = b"502 5.5.1 what is that?\r\n"
_GO_ON = b"354 go on\r\n"
_TAKEN = b"250 2.0.0 taken\r\n"
_END = b"\r\n.\r\n"
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Fault:
    """What happens at a step: `says` these octets instead of its reply (None: its reply), then goes
    on, or ends by "close" or "reset", or does nothing more ("stall"), or waits for `release`
    before it says anything ("hold")."""

    says: bytes = b""
    then: str = "go on"


@dataclass
class Rule:
    """A fault at the nth time of a step, and `times` in a row (None: for good)."""

    step: str
    fault: Fault
    nth: int
    times: int
    after: int
    met: int = 0

    def due(self):
        last = None if self.times is None else self.nth + self.times
        return self.met >= self.nth and (last is None or self.met < last)


@dataclass
class Message:
    """A transaction that got as far as 354. `wire` is what came, dots doubled, without the end."""

    sender: bytes
    recipients: tuple
    wire: bytes = b""
    ended: bool = False
    taken: bool = False  # 250 was on its way

    def octets(self):
        """The message with its dots taken out."""
        return (b"\r\n" + self.wire).replace(b"\r\n..", b"\r\n.")[2:]


@dataclass
class Dialogue:
    """All that one connection has said."""

    clear: bytearray = field(default_factory=bytearray)
    secure: bytearray = field(default_factory=bytearray)
    lines: list = field(default_factory=list)
    logins: list = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def octets(self):
        return bytes(self.clear + self.secure)

    def verbs(self):
        """The commands in order, without what follows their first word."""
        return [verb_of(line) for line in self.lines]


class Over(Exception):
    """The connection has ended, by a fault or from the other side."""


class Session:
    """One connection. `server` says which faults are due and keeps what is taken."""

    def __init__(self, server, connection, dialogue):
        self._server, self._connection, self._dialogue = server, connection, dialogue
        self._buffer, self._secure = b"", False
        self._message = None

    def run(self):
        if self._server.implicit:
            self._start_tls()
        self._answer("greeting", _GREETING)
        while True:
            line = self._line()
            self._dialogue.lines.append(line)
            verb = verb_of(line)
            getattr(self, f"_{verb.lower()}", self._other)(verb, line)
            if verb == "QUIT":
                return

    def close(self):
        self._connection.close()

    # Octets.

    def _receive(self):
        octets = self._connection.recv(65536)
        if not octets:
            raise Over
        seen = self._dialogue.secure if self._secure else self._dialogue.clear
        seen += octets
        return octets

    def _line(self):
        while b"\n" not in self._buffer:
            self._buffer += self._receive()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def _send(self, octets):
        if octets:
            self._connection.sendall(octets)

    def _start_tls(self):
        self._meet(self._server.fault_at("handshake"), b"")
        self._connection = self._server.context.wrap_socket(
            self._connection, server_side=True, suppress_ragged_eofs=False)
        self._secure = True

    # Faults.

    def _answer(self, step, reply):
        """Says the reply, or what is to go wrong here; whether it was the reply."""
        return self._meet(self._server.fault_at(step), reply)

    def _meet(self, fault, reply):
        if fault is None:
            self._send(reply)
            return True
        if fault.then == "hold":
            self._server.hold()
        self._send(reply if fault.says is None else fault.says)
        self._server.note_said()
        if fault.then == "stall":
            self._server.stall()
            raise Over
        if fault.then == "reset":
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        if fault.then in ("reset", "close"):
            raise Over
        return fault.says is None

    # Commands.

    def _other(self, verb, line):
        self._answer(verb, _REPLIES.get(verb, _UNKNOWN))

    def _ehlo(self, verb, line):
        offered = list(self._server.extensions)
        if self._server.context and not self._secure:
            offered.append("STARTTLS")
        words = ["scripted.test", *offered]
        self._answer(verb, "".join(f"250{'-' if number < len(words) else ' '}{word}\r\n"
                                   for number, word in enumerate(words, 1)).encode())
        self._message = None

    def _helo(self, verb, line):
        self._answer(verb, b"250 scripted.test\r\n")

    def _starttls(self, verb, line):
        go_ahead = b"220 2.0.0 go\r\n"
        fault = self._server.fault_at(verb)
        if self._meet(fault, go_ahead) or fault.says.startswith(b"220"):
            self._buffer = b""
            self._start_tls()

    def _xclient(self, verb, line):
        if self._answer(verb, _GREETING):
            self._message = None

    def _auth(self, verb, line):
        words = line.split()
        response = words[2] if len(words) > 2 else None
        if words[1].upper() == b"LOGIN":
            user = self._asked(b"VXNlcm5hbWU6", response)
            login = (user, self._asked(b"UGFzc3dvcmQ6"))
        else:
            text = self._asked(b"", response)
            login = tuple(text.split(b"\0")[1:]) if words[1].upper() == b"PLAIN" else (text,)
        self._dialogue.logins.append(tuple(part.decode() for part in login))
        wrong = login[-1].decode() in self._server.wrong_passwords
        self._answer(verb, b"535 5.7.8 wrong\r\n" if wrong else b"235 2.7.0 in\r\n")

    def _asked(self, question, response=None):
        if response is None:
            self._send(b"334 " + question + b"\r\n")
            response = self._line().strip()
        return base64.b64decode(response)

    def _mail(self, verb, line):
        if self._answer(verb, _REPLIES[verb]):
            self._message = Message(line, ())

    def _rcpt(self, verb, line):
        if self._answer(verb, _REPLIES[verb]) and self._message:
            self._message.recipients += (line,)

    def _rset(self, verb, line):
        self._message = None
        self._answer(verb, _REPLIES[verb])

    def _data(self, verb, line):
        if self._message is None or not self._message.recipients:
            self._answer(verb, b"503 5.5.1 no recipients\r\n")
        elif self._answer(verb, _GO_ON):
            message, self._message = self._message, None
            self._server.messages.append(message)
            self._take_in(message)

    def _take_in(self, message):
        """Reads a message to its end, and answers it unless it was answered early."""
        rule, answered = self._server.data_rule(), False
        text, searched, end = bytearray(b"\r\n"), 0, -1  # a dot may follow the line DATA at once
        try:
            while end < 0:
                if rule is not None and len(text) - 2 >= rule.after:
                    answered, rule = not self._meet(rule.fault, b""), None
                text += self._buffer or self._receive()
                self._buffer = b""
                end = text.find(_END, searched)
                searched = max(0, len(text) - len(_END) + 1)
        finally:
            message.wire = bytes(text[2:] if end < 0 else text[2:end + 2])
        self._buffer = bytes(text[end + len(_END):])
        message.ended = True
        if not answered:
            self._finish(message)

    def _finish(self, message):
        fault = self._server.fault_at("dot")
        if fault is None or fault.says is None:
            self._server.keep(message)  # before it is said, as a good server does
        self._meet(fault, _TAKEN)


def verb_of(line):
    """The first word of a command."""
    return re.match(rb"[A-Za-z]*", line)[0].upper().decode()
