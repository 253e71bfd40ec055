"""fetchmail: fetches with TOP 99999999 or RETR, hands each message to a delivery program.

`invisible` keeps it from adding a Received header, `nostripcr` from removing every CR, `bad-header`
from leaving out mail whose header has lines of another kind. It takes a password by USER and PASS
only.
"""

import re

from tests.integration.lab.process import run

from .client import Client, Delivery, Fault, longest_line

_SECONDS = 120


_NO_MAIL = 1  # its exit status where there was nothing to fetch
_LINE_OCTETS_MAX = 8190


def _broken_where_long(text):
    body = text.partition(b"\r\n\r\n")[2]
    return text if longest_line(body) <= _LINE_OCTETS_MAX else None


def _with_a_header(text):
    return text if text.partition(b"\n")[0].strip(b"\r\0") else None


def _dots_left_in_header(text):
    lines = re.findall(rb"[^\n]*\n", text)
    for number, line in enumerate(lines):
        if not line.strip(b"\r\n"):
            break
        if number > 0 and line.startswith(b"."):
            lines[number] = b"." + line
    return b"".join(lines)


def _through_its_header_parser(text):
    header, lines = [], re.findall(rb"[^\n]*\n", text)
    if lines[0].startswith(b"From "):
        del lines[0]
    for number, line in enumerate(lines):
        if not line.strip(b"\r\n"):
            return b"".join(header) + b"\r\n" + b"".join(lines[number + 1:])
        header.append(line.replace(b"\0", b""))
    return b"".join(header) + b"\r\n"


class Fetchmail(Client):
    name = "fetchmail"
    faults = (
        Fault("breaks lines over 8,190 octets", "its buffer ends there; what it puts between the "
              "pieces is not the same every time", _broken_where_long),
        Fault("invents a header", "mail without one gets From, To and Subject of its own",
              _with_a_header),
        Fault("leaves doubled dots in the header", "it takes them out of the first line and of the "
              "body", _dots_left_in_header),
        Fault("mends the header", "a mailbox's From line and NULs are lost; a line of CRs, or the "
              "end of the message, ends it with an empty line", _through_its_header_parser),
    )

    def __init__(self, *, only_new=False):
        """`only_new`: leaves what it got in an earlier run with the same work folder."""
        self._only_new = only_new

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        delivery = Delivery(folder)
        configuration = folder / "fetchmailrc"
        configuration.write_text(self._configuration(maildrop, keep, delivery.program))
        configuration.chmod(0o600)
        run(["fetchmail", "--nodetach", "--nosyslog", "-f", configuration, "--pidfile",
             folder / "pid", "--idfile", folder / "ids"], seconds=_SECONDS, good=(0, _NO_MAIL))
        return delivery.messages()

    def _configuration(self, maildrop, keep, program):
        user, password = map(_escaped, (maildrop.user, maildrop.password))
        tls = {"clear": "sslproto ''", "stls": "sslproto 'auto' sslcertck",
               "implicit": "ssl sslcertck"}[maildrop.tls_mode]
        trust = f'sslcertfile "{maildrop.ca_file}"' if maildrop.ca_file else ""
        known, which = ("uidl", "") if self._only_new else ("", "fetchall")
        return (f"set invisible\n"
                f"poll {maildrop.host} protocol pop3 port {maildrop.port} {known} auth password "
                "bad-header accept\n"
                f'user "{user}" password "{password}" {tls} {trust}\n'
                f"{'keep' if keep else 'nokeep'} {which} norewrite nomimedecode pass8bits "
                "nostripcr noforcecr\n"
                f'mda "{program}"\n')


def _escaped(text):
    """A string for its configuration, where a backslash does not help a quotation mark."""
    return "".join(chr(octet) if chr(octet).isalnum() else f"\\x{octet:02x}"
                   for octet in text.encode())
