"""What the tests ask of every program that submits mail.

A sender is told of a submission server and sends one message there in one go; that it was refused
is an error. Some pass a message on as it is; others compose one, from a body and some fields: of
what those send only the text is compared, whatever it was encoded in.
"""

import email
from dataclasses import dataclass
from pathlib import Path

from tests.integration.lab.tls import careful_context

SECONDS = 60


@dataclass(frozen=True)
class Service:
    """Where mail is submitted. `tls_mode` is "clear", "starttls" or "implicit"."""

    host: str
    port: int
    user: str
    password: str
    tls_mode: str = "clear"
    ca_file: Path = None

    def tls_context(self):
        """For senders in Python."""
        return careful_context(self.ca_file)


@dataclass(frozen=True)
class Letter:
    """A message and its envelope. Its lines end in CRLF, but the last one may have no end."""

    sender: str
    recipients: tuple
    octets: bytes

    def in_lines_of_this_system(self):
        """The message as programs of this system take it."""
        return self.octets.replace(b"\r\n", b"\n")

    def head(self):
        """Name to text of the header fields."""
        head = self.octets.partition(b"\r\n\r\n")[0].decode()
        return dict(line.split(": ", 1) for line in head.split("\r\n"))

    def body(self):
        return self.octets.partition(b"\r\n\r\n")[2]

    def ended(self):
        """The message with the end that its last line gets in any case."""
        return self.octets if self.octets.endswith(b"\r\n") else self.octets + b"\r\n"


class Sender:
    """One program. Subclasses say what it can do and how it is run."""

    name = ""
    tls_modes = ("starttls", "implicit")
    mechanisms = ("PLAIN", "LOGIN")
    composes = False

    def send(self, service, letter, *, work_folder, mechanism="PLAIN"):
        """Submits the letter; anything but its acceptance is an exception."""
        if service.tls_mode not in self.tls_modes or mechanism not in self.mechanisms:
            raise ValueError(f"{self.name} cannot do {service.tls_mode} with {mechanism}")
        folder = Path(work_folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._send(service, letter, folder, mechanism)

    def expected(self, letter):
        """What has to arrive of a letter."""
        return letter.body().removesuffix(b"\r\n") if self.composes else letter.ended()

    def arrived(self, octets):
        """What did arrive, of a message without its trace fields."""
        if not self.composes:
            return octets
        text = email.message_from_bytes(octets).get_payload(decode=True)
        return text.removesuffix(b"\r\n")  # what is encoded need not end in a line end

    def _send(self, service, letter, folder, mechanism):
        raise NotImplementedError
