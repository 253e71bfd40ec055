"""The pieces an IMAP answer is made of, kept apart so that a fault can be laid over any of them.

An answer is a list of parts in the order of sending: `Untagged`, `Fetch`, `Raw` octets, and one
`Tagged` line as a rule. `Flow` parts send nothing: they say what happens to the connection at that
place (fault_session.py carries them out). `octets_of` turns a part into chunks of octets.
"""

from dataclasses import dataclass, field

CHUNK_OCTETS = 64 * 1024


@dataclass
class Raw:
    """Octets as they are."""

    octets: object


@dataclass
class Untagged:
    """One line behind `* `."""

    text: str


@dataclass
class Tagged:
    """The line that ends an answer."""

    tag: str
    text: str


@dataclass
class Literal:
    """A counted string; `announced` is what stands in the braces if it is not the true count."""

    octets: object
    announced: str = None
    prefix: str = ""  # "~" for the literal8 of RFC 3516

    def head(self):
        inside = str(len(self.octets)) if self.announced is None else self.announced
        return f"{self.prefix}{{{inside}}}\r\n".encode("latin-1")


@dataclass
class Fetch:
    """The data of one message: pairs of an item's name and its value, text or Literal."""

    number: int
    items: list

    def body(self):
        """The index of the first item with a body, or None."""
        for index, (name, _) in enumerate(self.items):
            if name.startswith(("BODY[", "RFC822")) and name != "RFC822.SIZE":
                return index
        return None


@dataclass
class Flow:
    """Something other than sending: pause, hold, hang, close, close_tls, reset, drip."""

    what: str
    arguments: tuple = field(default=())


def octets_of(part):
    """The octets of a part, in chunks of bounded size."""
    if isinstance(part, Raw):
        yield from _chunks(part.octets)
    elif isinstance(part, Untagged):
        yield f"* {part.text}\r\n".encode("latin-1")
    elif isinstance(part, Tagged):
        yield f"{part.tag} {part.text}\r\n".encode("latin-1")
    elif isinstance(part, Fetch):
        yield from _fetch_octets(part)
    else:
        raise TypeError(f"{part!r} has no octets")


def _fetch_octets(part):
    yield b"* %d FETCH (" % part.number
    for index, (name, value) in enumerate(part.items):
        yield (b" " if index else b"") + name.encode("latin-1") + (b" " if name else b"")
        if isinstance(value, Literal):
            yield value.head()
            yield from _chunks(value.octets)
        else:
            yield value.encode("latin-1")
    yield b")\r\n"


def _chunks(octets):
    for start in range(0, len(octets), CHUNK_OCTETS):
        yield bytes(octets[start:start + CHUNK_OCTETS])
