"""Messages to be submitted, and what is compared of them once they have arrived.

On their way they get trace fields, which are taken off again; what else differs is a fault.
"""

import re

CRLF = b"\r\n"
_TRACE = ("Return-Path", "X-Original-To", "Delivered-To", "Received")
_BODIES = {
    "plain": b"Nothing much, politely.\r\n",
    "dots": b".\r\n..\r\n...\r\n.x\r\n. \r\n.\r\nand at the end\r\n.\r\n",
    "eight_bit": "Gr\u00fc\u00dfe, \u65e5\u672c\r\n\u00e9.\r\n".encode(),
    "long_lines": b"x" * 2_000 + CRLF + b"." + b"y" * 5_000 + CRLF + b"." * 3_000 + CRLF,
    "no_final_newline": b"the last line just stops",
    "ends_in_dot": b"the last line is a dot\r\n.",
    "empty_lines": b"\r\n\r\nbetween\r\n\r\n\r\n",
    "commands": b"DATA\r\nQUIT\r\n250 ok\r\nRSET\r\nFrom here on\r\n",
}


def letter(name, recipient, sender=None, body=None):
    """A message of that name (a body of BODIES, or one given), with all fields that are due."""
    sender = sender or recipient
    return (f"From: Sender <{sender}>\r\nTo: Somebody <{recipient}>\r\nSubject: {name}\r\n"
            f"Date: Mon, 01 Jan 2024 00:00:00 +0000\r\nMessage-ID: <{name}@client.test>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n\r\n").encode() + (
                _BODIES[name] if body is None else body)


NAMES = tuple(_BODIES)


def without_trace(octets):
    """The message without what servers on its way have put in front."""
    head, empty, body = octets.partition(b"\r\n\r\n")
    field = rb"(?:%s):[^\n]*\n(?:[ \t][^\n]*\n)*" % "|".join(_TRACE).encode()
    # Only from the top on: a field further down is the sender's.
    own = re.sub(rb"\A(?:%s)+" % field, b"", head + CRLF, flags=re.IGNORECASE)
    return own[:-2] + empty + body


def subject(octets):
    """The text of the Subject field."""
    found = re.search(rb"^Subject: ([^\r\n]*)\r?$", octets, re.MULTILINE)
    return found[1].decode(errors="replace") if found else ""


def received_fields(octets):
    """The Received fields, unfolded, the youngest first."""
    head = re.sub(rb"\r\n[ \t]+", b" ", octets.partition(b"\r\n\r\n")[0])
    return [line.decode(errors="replace") for line in head.split(CRLF)
            if line.lower().startswith(b"received:")]
