"""What the tests ask of every POP3 client, whichever program it is.

A client is told of a maildrop, fetches all of it in one go, and gives back the messages as it would
store them. `expected` says what that is for a text on the wire (dots taken out again): the text,
changed by the client's own faults in turn. A text that makes the client fail is not `taken`; such a
message does not belong into a mailbox that the client is pointed at.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.integration.lab.tls import careful_context


@dataclass(frozen=True)
class Maildrop:
    """Where the mail is. `tls_mode` is "clear", "stls" or "implicit"; `host` names the server."""

    host: str
    port: int
    user: str
    password: str
    tls_mode: str = "clear"
    ca_file: Path = None

    def tls_context(self):
        """For clients in Python."""
        return careful_context(self.ca_file)


@dataclass(frozen=True)
class Fault:
    """What a client does to mail by itself. `alter` gives the text it stores, None if it fails."""

    name: str
    reason: str
    alter: object


class Client:
    """One program. Subclasses say what it can do and how it is run."""

    name = ""
    tls_modes = ("clear", "stls", "implicit")
    mechanisms = ("USER",)
    faults = ()

    def fetch_all(self, maildrop, *, work_folder, mechanism="USER", keep=True):
        """All messages in the order of the server; removed there unless `keep`."""
        if maildrop.tls_mode not in self.tls_modes or mechanism not in self.mechanisms:
            raise ValueError(f"{self.name} cannot do {maildrop.tls_mode} with {mechanism}")
        folder = Path(work_folder)
        folder.mkdir(parents=True, exist_ok=True)
        return self._fetch_all(maildrop, folder, mechanism, keep)

    def expected(self, text):
        """What is stored for this text, or None if the client fails on it."""
        for fault in self.faults:
            if text is not None:
                text = fault.alter(text)
        return text

    def takes(self, text):
        """Whether the client gets through a session with this text in it."""
        return self.expected(text) is not None

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        raise NotImplementedError


class Delivery:
    """A delivery program for clients that call one: it keeps each message in a file of its own."""

    def __init__(self, folder):
        self._mail = folder / "mail"
        self._mail.mkdir(exist_ok=True)
        self.program = folder / "deliver"
        self.program.write_text(
            f'#!/bin/sh\nn=$(ls "{self._mail}" | wc -l)\ncat > "{self._mail}/$n"\n')
        self.program.chmod(0o755)

    def messages(self):
        """What was delivered so far, in order, earlier runs in the same folder included."""
        files = sorted(self._mail.iterdir(), key=lambda file: int(file.name))
        return [file.read_bytes() for file in files]


def lines_end_in_lf(text):
    """CR LF as LF: what a client does that stores mail in files of this system."""
    return text.replace(b"\r\n", b"\n")


def longest_line(text):
    """The octets of the longest line as it is on the wire, a doubled dot and CR counted, LF not."""
    return max(len(line) + line.startswith(b".") for line in text.split(b"\n"))
