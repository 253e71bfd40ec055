"""Messages as octets, ordinary and hostile, and what a POP3 client must make of each.

`HOSTILE` maps a name to a message that has broken some mail program: stray line ends, dots, NULs,
missing parts. `delivered` is the gateway's promise about the octets of a message: an oracle that
looks at whole messages with regular expressions, so that it shares nothing with a streaming encoder
but the rules. RFC 5322 section 2 (messages), RFC 1939 section 3 (the dot).
"""

import re

CRLF = b"\r\n"
_HEAD = (b"From: Sender <sender@example.test>\r\nTo: user@example.test\r\nSubject: %s\r\n"
         b"Date: Mon, 01 Jan 2024 00:00:00 +0000\r\nMessage-ID: <%s@example.test>\r\n")


def ordinary(number=1, octets=1500):
    """A plain message of about `octets` octets (never fewer), the same for the same arguments."""
    lines = [_head(b"ordinary-%d" % number), b".a line that begins with a dot\r\n"]
    have = sum(map(len, lines))
    while have < octets:
        lines.append(b"message %d line %d: nothing much, politely\r\n" % (number, len(lines)))
        have += len(lines[-1])
    return b"".join(lines)


def big(octets=25 * 1024 * 1024):
    """One large attachment as base64 would look, with a dot line now and then."""
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"
    block = line * 997 + b".\r\n..\r\n"
    head = _head(b"big")
    return (head + block * ((octets - len(head)) // len(block) + 1))[:octets - 2] + CRLF


def _head(name):
    return _HEAD % (name, name) + CRLF


def _hostile():
    # Units of seven and of eleven octets: their line ends and dots fall on both sides of every
    # power of two, which is where programs cut their input.
    borders = b"abc\r\n.\n" * 20_000 + b"\r\n.\r\n..\r.\r\n" * 6_000
    parts = {
        "dots": b".\r\n..\r\n...\r\n.x\r\n. \r\n.\r\n",
        "line_of_dots": b"." * 10_000 + CRLF,
        "bare_lf": b"one\ntwo\n\nthree\r\nfour\n",
        "bare_lf_dot": b"one\n.\ntwo\n..\n.three\r\n",
        "lf_dot_crlf": b"one\n.\r\nQUIT\r\n",
        "crlf_dot_lf": b"one\r\n.\nQUIT\r\n",
        "bare_cr": b"one\rtwo\r\rthree\r\n",
        "cr_dot_cr": b"one\r.\rtwo\r.\r.\rthree\r\n",
        "cr_dot_cr_lf": b"one\r.\r\nQUIT\r\n",
        "cr_dot_lf": b"one\r.\nQUIT\r\n",
        "cr_dot_letter": b"one\r.two\r\n",
        "cr_cr_lf": b"one\r\r\ntwo\r\r\n.\r\r\n",
        "cr_crlf_dot_cr_crlf": b"one\r\r\n.\r\r\nQUIT\r\r\n",
        "nul": b"one\0two\0\0\r\n\0\r\n.\0\r\n",
        "nul_after_cr": b"one\r\0two\r\0\n\r\n",
        "eight_bit": "Gr\u00fc\u00dfe, \u65e5\u672c\r\n".encode() + bytes(range(128, 256)) + CRLF,
        "every_octet": bytes(range(256)) + CRLF + bytes(range(255, -1, -1)) + CRLF,
        "long_lines": b"x" * 10_000 + CRLF + b"." + b"y" * 10_000 + CRLF,
        "replies_inside": b"+OK 1 2\r\n-ERR no\r\n.\r\n+OK\r\n* 1 FETCH\r\n)\r\na1 OK\r\n",
        "mbox_line_inside": b"From nobody Mon Jan  1 00:00:00 2024\r\n>From x\r\n",
        "borders": borders,
        "no_final_newline": b"the last line just stops",
        "ends_in_cr": b"the last octet is CR\r",
        "ends_in_dot": b"the last line is a dot\r\n.",
        "ends_in_cr_dot": b"the last octets are CR and a dot\r.",
        "ends_in_lf": b"the last line ends in LF\n",
        "ends_in_many_lines": b"x\r\n\r\n\r\n\r\n",
        "no_body": b"",
    }
    whole = {
        "no_header_end": _HEAD % (b"no-header-end", b"no-header-end"),
        "no_header_end_no_newline": (_HEAD % (b"unfinished", b"unfinished"))[:-2],
        "no_header": CRLF + b"no header at all\r\n",
        "first_octet_is_dot": b".From: first@example.test\r\n\r\n.\r\n",
        "lf_only": _head(b"lf-only").replace(CRLF, b"\n") + b"unix lines\n.\n..\n",
        "cr_only": _head(b"cr-only").replace(CRLF, b"\r") + b"old lines\r.\r..\r",
        "cr_cr_lf_head": _head(b"cr-cr-lf-head").replace(CRLF, b"\r\r\n") + b"body\r\r\n",
        "long_header": b"Subject: " + b"h" * 10_000 + CRLF + _head(b"long-header") + b"body\r\n",
        "mbox_line_first": b"From nobody Mon Jan  1 00:00:00 2024\r\n" + _head(b"mbox") + b"x\r\n",
        "nul_head": _head(b"nul-head").replace(b"user@", b"us\0er@") + b"body\r\n",
        "server_headers": (b"Return-Path: <x@y.test>\r\nStatus: RO\r\nX-Status: A\r\nX-UID: 7\r\n"
                           b"X-UIDL: abc\r\nX-Keywords: k\r\nContent-Length: 3\r\n"
                           + _head(b"server-headers") + b"x\r\n"),
        "only_a_dot": b".",
        "only_lf": b"\n",
        "only_cr": b"\r",
        "only_nul": b"\0",
        "zero": b"",
    }
    named = {name: _head(name.encode()) + body for name, body in parts.items()}
    return {"ordinary": ordinary(), **named, **whole}


HOSTILE = _hostile()


def delivered(octets, *, bare_cr="guard", nul=b"\x80", end_of_header_fix=True):
    """What a client has after taking the dots out again, for a message as stored upstream.

    A CR that is not followed by LF passes; with "guard" it becomes a line end where the dot behind
    it could be read as the end of the message by a client that ends lines at CR. The line end
    that we add to an unfinished message counts for that too.
    """
    text = octets.replace(b"\0", nul)
    if bare_cr == "guard":
        text = re.sub(rb"\r(?=\.(?:[\r\n]|\Z))", CRLF, text)
    elif bare_cr == "strip":
        text = re.sub(rb"\r(?!\n)", b"", text)
    text = re.sub(rb"(?<!\r)\n", CRLF, text)
    if not text.endswith(CRLF):
        text += CRLF
    if end_of_header_fix and not text.startswith(CRLF) and b"\r\n\r\n" not in text:
        text += CRLF
    return text


def on_the_wire(text):
    """The lines of a POP3 answer: dots doubled at line starts, the end mark appended."""
    lines = text.split(CRLF)
    assert lines.pop() == b"", "a delivered message ends with CRLF"
    stuffed = (b"." + line if line.startswith(b".") else line for line in lines)
    return b"".join(line + CRLF for line in stuffed) + b".\r\n"


def off_the_wire(wire):
    """The message of a POP3 answer; the reverse of `on_the_wire`."""
    lines = wire.split(CRLF)
    assert lines[-2:] == [b".", b""], "the answer does not end with its mark"
    assert b"." not in lines[:-2], "the answer goes on behind its end mark"
    return b"".join((line[1:] if line.startswith(b".") else line) + CRLF for line in lines[:-2])


def ends_early(wire):
    """Whether a lax reader (one that ends lines at LF, or at CR too) sees an end before the end."""
    end = len(wire) - len(b".\r\n")
    first = re.search(rb"(?:\A|[\r\n])\.(?=[\r\n])", wire)
    return first is None or first.end() - 1 < end


def with_crlf(octets):
    """Every bare LF made CR LF: what most servers do to a message on its way in or out."""
    return re.sub(rb"(?<!\r)\n", CRLF, octets)
