"""The demonstration: a POP3 session on mail that a real IMAP server holds.

`python3 -m tests.demo [--once]` starts a private Dovecot with two messages, a private Postfix that
delivers to it, and the gateway before them, all on loopback. A mail program submits a third message
at the gateway; then a POP3 client reads the mail and deletes one message. What the client hears is
printed as it comes, what it says behind a `>`. Everything, IMAP at the gateway as well, stays up
until Ctrl-C (--once: ends with the session); then all is ended and removed. $POSTERN_BINARY names
the gateway.
"""

import argparse
import contextlib
import signal
import smtplib
import socket
import sys

from tests.integration.gateway import Gateway
from tests.integration.gateway_config import imap_listeners, laid_over
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.postfix import Postfix
from tests.integration.lab.process import wait_until
from tests.integration.submission_case import relay_settings

USER, PASSWORD = "joe@example.test", "open-sesame"
SECONDS = 30
MAIL = [
    b"From: Ann <ann@example.test>\r\nTo: Joe <joe@example.test>\r\nSubject: Lunch\r\n"
    b"Message-ID: <1@example.test>\r\n\r\n"
    b"Hello Joe,\r\n\r\nat noon, by the back gate?\r\n\r\nAnn\r\n",
    b"From: Ben <ben@example.test>\r\nTo: Joe <joe@example.test>\r\nSubject: A list\r\n"
    b"Message-ID: <2@example.test>\r\n\r\nDots at the start of a line are doubled on the way:\r\n"
    b".profile\r\n..\r\n.\r\nThat was all.\r\n",
]
SUBMITTED = (b"From: Joe <joe@example.test>\r\nTo: Joe <joe@example.test>\r\nSubject: To myself\r\n"
             b"Message-ID: <3@example.test>\r\n\r\nThis one came in by submission.\r\n")


class Client:
    """A POP3 client that shows what it says and hears."""

    def __init__(self, maildrop):
        self._maildrop = maildrop
        self._socket = socket.create_connection((maildrop.host, maildrop.port), SECONDS)
        self._lines = self._socket.makefile("rb")

    def hear(self):
        """One line; the end of the connection is an error."""
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the gateway has closed the connection")
        show(line.decode(errors="replace").rstrip("\r\n"))
        return line

    def say(self, command, *, shown=None, many=False):
        """A command and its whole answer, which has to be +OK."""
        show(f"> {shown or command}")
        self._socket.sendall(command.encode() + b"\r\n")
        answer = self.hear()
        if not answer.startswith(b"+OK"):
            raise RuntimeError(f"{shown or command} was refused")
        while many and self.hear() != b".\r\n":
            pass

    def start_tls(self):
        self.say("STLS")
        context = self._maildrop.tls_context()
        self._socket = context.wrap_socket(self._socket, server_hostname="localhost")
        self._lines = self._socket.makefile("rb")

    def close(self):
        self._lines.close()
        self._socket.close()


def show(line):
    print(line, flush=True)


def submit(gateway, pki):
    """Sends a message as a mail program would."""
    with smtplib.SMTP("localhost", gateway.port("submission"), timeout=SECONDS) as smtp:
        smtp.starttls(context=pki.client_context())
        smtp.login(USER, PASSWORD)
        smtp.sendmail(USER, [USER], SUBMITTED)


def session(maildrop):
    """Polls, reads, deletes, and says goodbye."""
    client = Client(maildrop)
    try:
        client.hear()
        client.say("CAPA", many=True)
        client.start_tls()
        client.say(f"USER {maildrop.user}")
        client.say(f"PASS {maildrop.password}", shown="PASS ********")
        client.say("STAT")
        client.say("LIST", many=True)
        client.say("UIDL", many=True)
        for number in (1, 2, 3):
            client.say(f"RETR {number}", many=True)
        client.say("DELE 1")
        client.say("QUIT")
    finally:
        client.close()


def by_hand(gateway, dovecot):
    """How to go on without the demonstration."""
    authority, imap = dovecot.pki.ca_file, gateway.port("imap")
    show(f"""
Everything is up until Ctrl-C. By hand, as {USER} with the password {PASSWORD}:
  POP3          curl -u {USER}:{PASSWORD} pop3://localhost:{gateway.port("pop3")}/
  POP3, STLS    openssl s_client -starttls pop3 -CAfile {authority} localhost:{gateway.port("pop3")}
  POP3S         openssl s_client -CAfile {authority} localhost:{gateway.port("pop3s")}
  IMAP          curl -u {USER}:{PASSWORD} imap://localhost:{imap}/INBOX
  IMAP, TLS     openssl s_client -starttls imap -CAfile {authority} localhost:{imap}
  IMAPS         openssl s_client -CAfile {authority} localhost:{gateway.port("imaps")}
  metrics       curl http://{gateway.settings["admin"]["listen"][0]}/metrics
  IMAP behind   curl -u {USER}:{PASSWORD} imap://localhost:{dovecot.clear_port}/INBOX
  submission    localhost:{gateway.port("submission")}, STARTTLS, relayed to Postfix
  configuration {gateway.configuration}
  log           {gateway.process.log}""")


def wait_for_the_end():
    """Returns at Ctrl-C or SIGTERM."""
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    signal.sigwait(signals)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo")
    parser.add_argument("--once", action="store_true", help="end after the session")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        dovecot = stack.enter_context(Dovecot(settings=Postfix.DOVECOT_SETTINGS))
        dovecot.add_user(USER, PASSWORD)
        dovecot.deliver(USER, MAIL)
        postfix = stack.enter_context(Postfix(dovecot))
        relay = relay_settings(postfix.port, "starttls", dovecot.pki.ca_file)
        settings = laid_over({"listener": imap_listeners()}, relay)
        gateway = stack.enter_context(Gateway(dovecot, upstream_tls="starttls", settings=settings))
        submit(gateway, dovecot.pki)
        wait_until(lambda: len(dovecot.read_back(USER)) == 3, SECONDS, "the submitted message")
        show(f"{USER} has three messages at an IMAP server; a POP3 client comes to the gateway:\n")
        session(gateway.maildrop(USER, PASSWORD))
        show(f"\nThe IMAP server has {len(dovecot.read_back(USER))} messages left.")
        if not once:
            by_hand(gateway, dovecot)
            wait_for_the_end()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
