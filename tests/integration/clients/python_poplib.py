"""Python's poplib, as a script of ten lines would use it: retr(), lines joined by CR LF again.

It knows USER and PASS only; of what RFC 5034 added it has nothing.
"""

import poplib

from .client import Client, Fault, longest_line
from .raw_stream import SECONDS


_LINE_OCTETS_MAX = 2048  # poplib._MAXLINE, the line end counted


class PythonPoplib(Client):
    name = "poplib"
    faults = (
        Fault("refuses lines over 2,048 octets", "against servers that send lines without end",
              lambda text: text if longest_line(text) < _LINE_OCTETS_MAX else None),
    )

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        if maildrop.tls_mode == "implicit":
            pop3 = poplib.POP3_SSL(maildrop.host, maildrop.port, timeout=SECONDS,
                                   context=maildrop.tls_context())
        else:
            pop3 = poplib.POP3(maildrop.host, maildrop.port, timeout=SECONDS)
        try:
            if maildrop.tls_mode == "stls":
                pop3.stls(maildrop.tls_context())
            pop3.user(maildrop.user)
            pop3.pass_(maildrop.password)
            texts = []
            for number in range(1, pop3.stat()[0] + 1):
                texts.append(b"".join(line + b"\r\n" for line in pop3.retr(number)[1]))
                if not keep:
                    pop3.dele(number)
            pop3.quit()
            return texts
        finally:
            pop3.close()
