"""The mailboxes of the loads: Maildirs of made-up mail, written once and kept.

File names carry S= and W= as a delivery agent's would, so that no server has to read a message to
know its size. Large mailboxes repeat some messages as hard links.
"""

import os
import shutil
import zlib
from dataclasses import dataclass

from .ground import WORK

NEW_LINE, CRLF = b"\n", b"\r\n"
OWNER = 58_200  # of the mail; a number that needs no user of the system


@dataclass(frozen=True)
class Kind:
    """Users with mailboxes of one size; "%" in the name is the number of the user."""

    name: str
    users: int
    messages: int
    octets: int  # of each, with CR LF
    distinct: int


TEN = Kind("ten-%", 250, 10, 2048, 10)
THOUSAND = Kind("thousand-%", 8, 1000, 4096, 1000)
TEN_THOUSAND = Kind("ten-thousand-%", 4, 10_000, 1024, 500)
HUNDRED_THOUSAND = Kind("hundred-thousand-%", 2, 100_000, 1024, 2000)
HUNDRED_LARGE = Kind("hundred-large-%", 2, 100, 1 << 20, 100)
TWO_HUNDRED_LARGE = Kind("two-hundred-large-%", 2, 200, 1 << 20, 200)


def home_root():
    return WORK / "mail"


def header_octets(kind):
    """Of all messages of a mailbox together, with the empty line behind each header."""
    blank = NEW_LINE * 2
    heads = (_message(number % kind.distinct, kind.octets).partition(blank)[0] + blank
             for number in range(kind.messages))
    return sum(len(head.replace(NEW_LINE, CRLF)) for head in heads)


def populate(kinds):
    """Writes the mailboxes that are not there yet."""
    for kind in kinds:
        for user in range(kind.users):
            home = home_root() / kind.name.replace("%", f"{user:03}")
            if (home / "done").exists():
                continue
            shutil.rmtree(home, ignore_errors=True)
            _write(home, kind)


def _write(home, kind):
    for name in ("cur", "new", "tmp"):
        (home / "Maildir" / name).mkdir(parents=True)
    written = []
    for number in range(kind.messages):
        if number < kind.distinct:
            text = _message(number, kind.octets)
            sizes = f"S={len(text)},W={len(text.replace(NEW_LINE, CRLF))}"
            path = home / f"Maildir/cur/{_file_name(number)},{sizes}:2,S"
            path.write_bytes(text)
            written.append((path, sizes))
        else:
            original, sizes = written[number % kind.distinct]
            os.link(original, home / f"Maildir/cur/{_file_name(number)},{sizes}:2,S")
    (home / "done").touch()
    for folder, _, files in os.walk(home):
        os.chown(folder, OWNER, OWNER)
        for file in files:
            os.chown(f"{folder}/{file}", OWNER, OWNER)


def _file_name(number):
    """As irregular as a delivery agent's: regular names collide in Dovecot's hash tables."""
    noise = zlib.crc32(b"%d" % number)
    second = 1_600_000_000 + 97 * number + noise % 89
    return f"{second}.M{noise % 1_000_000}P{300 + noise // 4096 % 30_000}.mx{number % 4}"


def _message(number, octets):
    """A message of so many octets once its line ends are CR LF; a line begins with a dot."""
    day = f"Mon, 01 Jan 2024 00:00:{number % 60:02d} +0000"
    lines = [
        f"Return-Path: <sender{number % 7}@example.test>",
        f"Received: from relay.example.test by mx.example.test; {day}",
        f"From: Sender {number % 7} <sender{number % 7}@example.test>",
        "To: user@example.test",
        f"Subject: Message number {number} about nothing in particular",
        f"Date: {day}",
        f"Message-ID: <{number}.{octets}@example.test>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit",
        "",
        ".a line that begins with a dot",
    ]
    left = octets - sum(len(line) + 2 for line in lines)
    width = 76
    for line in range(left // (width + 2)):
        words = f"{line:07d} the quick brown fox jumps over the lazy dog and on to the next line"
        lines.append(words[:width].ljust(width, "."))
    rest = left % (width + 2)
    if rest > 2:
        lines.append("z" * (rest - 2))
    return ("\n".join(lines) + "\n").encode()
