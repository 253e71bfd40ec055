"""Reading IMAP commands: lines with literals from a socket, and what stands in them.

A command is read whole (RFC 3501 section 2.2.1), literals included, and then taken apart into plain
Python values: an atom is a `str`, a quoted string or literal is `bytes`, a parenthesised list is a
`list`. What cannot be read is `Malformed`, which a server answers with BAD.
"""

import datetime
import re
import socket
from dataclasses import dataclass, field

LINE_OCTETS_MAX = 1 << 20
_LITERAL = re.compile(rb"\{(\d+)(\+|-)?\}\r?\n?\Z")
_ATOM_END = b' ()"{\r\n'


class Malformed(Exception):
    """A command that no grammar allows; the text is what the server says about it."""


class Wire:
    """The receiving side of a socket, buffered; `seen` is called with every octet that arrives.

    `arrivals` counts how often octets arrived: what came in one write has one number as a rule.
    """

    def __init__(self, connection, seen=lambda octets: None):
        self.connection = connection
        self._seen = seen
        self._buffer = b""
        self.arrivals = 0

    def buffered(self):
        """What has arrived and was not read yet."""
        return self._buffer

    def read_line(self):
        """The next line with its line end, or b"" at the end of the stream."""
        while b"\n" not in self._buffer:
            if len(self._buffer) > LINE_OCTETS_MAX:
                raise Malformed("line too long")
            if not self._fill():
                rest, self._buffer = self._buffer, b""
                return rest
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def read_exactly(self, count):
        """So many octets, or fewer only at the end of the stream."""
        chunks, have = [self._buffer], len(self._buffer)
        self._buffer = b""
        while have < count and self._fill():
            chunks.append(self._buffer)
            have += len(self._buffer)
            self._buffer = b""
        octets = b"".join(chunks)
        self._buffer = octets[count:]
        return octets[:count]

    def wait_for_more(self, seconds):
        """Whether more octets arrive within that time."""
        before = self.connection.gettimeout()
        self.connection.settimeout(seconds)
        try:
            return self._fill()
        except (TimeoutError, socket.timeout):
            return False
        finally:
            self.connection.settimeout(before)

    def _fill(self):
        octets = self.connection.recv(65536)
        self._seen(octets)
        self.arrivals += bool(octets)
        self._buffer += octets
        return bool(octets)


@dataclass
class Command:
    """One command as received. `text` is what follows the tag, literals as they came.

    `pieces` is all of it as it came in turns: line, literal, line, ... and always a line last.
    """

    tag: str
    name: str
    arguments: list
    text: bytes
    pieces: list = field(default_factory=list)
    non_synchronizing: bool = False
    refusal: str = ""  # set when it could not be understood

    def line(self):
        """The command as one readable line, for matching and for messages."""
        return self.text.decode("latin-1").rstrip("\r\n")


def read_command(wire, invite, *, may_send_unasked=True):
    """The next command, or None at the end of the stream.

    `invite` is called for each literal that the client may only send when asked. With
    `may_send_unasked` false a {n+} is not understood: what follows it is read as commands, which is
    what a server without LITERAL+ does.
    """
    line = wire.read_line()
    if not line.strip() and line:
        return Command("*", "", [], line, [line], refusal="empty line")
    pieces, unasked = [line], False
    while match := _LITERAL.search(line):
        if match.group(2):
            unasked = True
            if not may_send_unasked:
                break
        else:
            invite()
        literal = wire.read_exactly(int(match.group(1)))
        line = wire.read_line()
        pieces += [literal, line]
    if not line.endswith(b"\n"):
        return None
    return _understand(pieces, unasked, may_send_unasked)


def _understand(pieces, unasked, may_send_unasked):
    tag, _, text = b"".join(pieces).partition(b" ")
    command = Command(tag.decode("latin-1").strip(), "", [], text, pieces, unasked)
    if unasked and not may_send_unasked:
        command.refusal = "literal sent without being asked for"
    try:
        command.arguments = parse(text)
    except Malformed as malformed:
        command.refusal = command.refusal or str(malformed)
    leading = text.decode("latin-1").upper().split(None, 2) + ["", ""]
    command.name = " ".join(leading[:2]).strip() if leading[0] == "UID" else leading[0]
    command.arguments = command.arguments[command.name.count(" ") + 1:]
    if not command.name:
        command.refusal = command.refusal or "no command"
    return command


def parse(text):
    """The values of a command's text (without its tag)."""
    return _Scanner(re.sub(rb"\r?\n\Z", b"", text)).values(closing=b"")


class _Scanner:
    """Walks over one command; `{n}`, CRLF and n octets count as one string."""

    def __init__(self, text):
        self._text, self._at = text, 0

    def values(self, closing):
        found = []
        while True:
            self._skip_blanks()
            octet = self._text[self._at:self._at + 1]
            if octet == closing:
                self._at += 1
                return found
            if not octet or octet == b")":
                raise Malformed("parentheses do not match")
            found.append(self._value(octet))

    def _value(self, octet):
        if octet == b"(":
            self._at += 1
            return self.values(closing=b")")
        if octet == b'"':
            return self._quoted()
        if octet == b"{" or self._text[self._at:self._at + 2] == b"~{":
            return self._literal()
        return self._atom()

    def _quoted(self):
        match = re.compile(rb'"((?:[^"\\\r\n]|\\["\\])*)"').match(self._text, self._at)
        if not match:
            raise Malformed("bad quoted string")
        self._at = match.end()
        return re.sub(rb'\\(["\\])', rb"\1", match.group(1))

    def _literal(self):
        match = re.compile(rb"~?\{(\d+)[+-]?\}\r?\n").match(self._text, self._at)
        if not match:
            raise Malformed("bad literal")
        start = match.end()
        self._at = start + int(match.group(1))
        return self._text[start:self._at]

    def _atom(self):
        """An atom; a section in brackets belongs to it, blanks and parentheses included."""
        start, depth = self._at, 0
        while self._at < len(self._text):
            octet = self._text[self._at:self._at + 1]
            if octet == b"[":
                depth += 1
            elif octet == b"]":
                depth -= 1
            elif depth <= 0 and octet in _ATOM_END:
                break
            elif octet in b"\r\n":
                break
            self._at += 1
        if self._at == start:
            raise Malformed("unexpected octet")
        return self._text[start:self._at].decode("latin-1")

    def _skip_blanks(self):
        while self._text[self._at:self._at + 1] == b" ":
            self._at += 1


def date(text):
    """A day, as in "3-Nov-2026"."""
    return _moment(text, "%d-%b-%Y").date()


def date_time(text):
    """A moment, as in "03-Nov-2026 09:05:00 +0000"; the day may begin with a blank."""
    return _moment(text.strip(), "%d-%b-%Y %H:%M:%S %z")


def _moment(text, form):
    try:
        return datetime.datetime.strptime(text, form)
    except ValueError:
        raise Malformed("no date") from None


def atom(value):
    """An argument that has to be an atom, in upper case."""
    if not isinstance(value, str):
        raise Malformed("an atom was expected")
    return value.upper()


def number(value):
    """An argument that has to be a number."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,20}", value):
        raise Malformed("a number was expected")
    return int(value)


def string(value):
    """An argument that is an atom or a string: its octets, one character each."""
    if isinstance(value, list):
        raise Malformed("a string was expected")
    return value.decode("latin-1") if isinstance(value, bytes) else value


def words(value):
    """An argument that is a list of atoms, or one atom: in upper case."""
    return [atom(word) for word in (value if isinstance(value, list) else [value])]


def parse_set(text, largest):
    """The ranges (low, high) of a sequence or UID set; `*` is `largest`."""
    if not isinstance(text, str) or not re.fullmatch(r"[\d*:,]+", text):
        raise Malformed("bad set")
    ranges = []
    for part in text.split(","):
        ends = part.split(":")
        if len(ends) > 2 or not all(re.fullmatch(r"\*|[1-9]\d{0,9}", end) for end in ends):
            raise Malformed("bad set")
        numbers = [largest if end == "*" else int(end) for end in ends]
        ranges.append((min(numbers), max(numbers)))
    return ranges


def in_set(number, ranges):
    """Whether the number lies in one of the ranges."""
    return any(low <= number <= high for low, high in ranges)


def compose_set(numbers):
    """The shortest text for a set of numbers: 1:3,7."""
    ranges = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{low}:{high}" if high > low else str(low) for low, high in ranges)


def quoted(text):
    """A string as the client expects it: quoted if possible, as a literal otherwise."""
    octets = text.encode() if isinstance(text, str) else text
    if re.fullmatch(rb"[ !#-\[\]-~]*", octets):
        return b'"' + octets + b'"'
    return b"{%d}\r\n" % len(octets) + octets
