"""An SMTP client that reads exact octets and may behave as badly as a test wants.

`RawSmtp` is one connection (raw_stream.py). Replies are whole: all lines of one, with their line
ends. RFC 5321, RFC 3207 (STARTTLS), RFC 4954 (AUTH).
"""

import base64

from .raw_stream import RawStream


class RawSmtp(RawStream):
    """One connection; the greeting is read by `reply()`, or left unread."""

    def reply(self):
        """The next reply with all its lines; what there was of it, at the end of the stream."""
        lines = [self.read_line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.read_line())
        return b"".join(lines)

    def ask(self, line):
        """Sends a command and returns the reply."""
        self.send(_octets(line) + b"\r\n")
        return self.reply()

    def pipeline(self, *lines):
        """Sends commands in one write and returns their replies."""
        self.send(b"".join(_octets(line) + b"\r\n" for line in lines))
        return [self.reply() for _ in lines]

    def starttls(self, context):
        """Asks for TLS; returns the reply, and has started TLS if that was 220."""
        answer = self.ask("STARTTLS")
        if answer.startswith(b"220"):
            self.start_tls(context)
        return answer

    def log_in(self, user, password, mechanism="PLAIN"):
        """The last reply of a login: 235, or what the refusal says."""
        if mechanism == "PLAIN":
            return self.ask(b"AUTH PLAIN " + encoded(f"\0{user}\0{password}"))
        answer = self.ask("AUTH LOGIN")
        for secret in (user, password):
            if answer.startswith(b"334"):
                answer = self.ask(encoded(secret))
        return answer

    def envelope(self, sender, *recipients):
        """MAIL and RCPT, one by one; their replies."""
        return [self.ask(f"MAIL FROM:<{sender}>"),
                *(self.ask(f"RCPT TO:<{recipient}>") for recipient in recipients)]

    def data(self, octets):
        """DATA and a whole message with its end; the reply to it, or to DATA if that is no 354."""
        answer = self.ask("DATA")
        if not answer.startswith(b"354"):
            return answer
        self.send(stuffed(octets))
        return self.reply()

    def submit(self, sender, recipients, octets):
        """A whole transaction; the first reply that is a refusal, or the one to the message."""
        for answer in self.envelope(sender, *recipients):
            if not answer.startswith(b"2"):
                return answer
        return self.data(octets)


def encoded(text):
    """Text as a SASL response."""
    return base64.b64encode(text.encode())


def stuffed(octets):
    """A message with CRLF line ends as it is in DATA, with its end."""
    text = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
    return (b"\r\n" + text).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def _octets(line):
    return line.encode() if isinstance(line, str) else line
