"""getmail6: Python's poplib with a higher line limit, hands mail to a delivery program. No STLS.

(It refuses to write into a Maildir as root.)
"""

import email

from tests.integration.lab.process import run

from .client import Client, Delivery, Fault, lines_end_in_lf

_SECONDS = 120


def _taken_apart_and_put_together(text):
    """What Python's email package, as getmail uses it, makes of a message."""
    message = email.message_from_bytes(text)
    sender = str(message["Return-Path"] or message["Sender"] or "unknown")
    if "<" in sender:
        sender = sender.partition("<")[2].partition(">")[0]
    del message["Return-Path"]
    flat = message.as_bytes(policy=message.policy.clone(linesep="\n"))
    return f"Return-Path: <{sender}>\n".encode() + flat


class Getmail(Client):
    name = "getmail"
    tls_modes = ("clear", "implicit")
    faults = (
        Fault("lines end in LF", "the delivery program gets text of this system", lines_end_in_lf),
        Fault("rewrites the message", "it goes through Python's email package: lone CRs end lines, "
              "long header lines are folded, Return-Path is made anew, From lines are lost",
              _taken_apart_and_put_together),
    )

    def __init__(self, *, only_new=False):
        """`only_new`: leaves what it got in an earlier run with the same work folder."""
        self._only_new = only_new

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        delivery = Delivery(folder)
        (folder / "getmailrc").write_text(self._configuration(maildrop, delivery.program, keep))
        run(["getmail", "--getmaildir", folder], seconds=_SECONDS)
        return delivery.messages()

    def _configuration(self, maildrop, program, keep):
        secure = maildrop.tls_mode == "implicit"
        trust = f"ca_certs = {maildrop.ca_file}\n" if secure and maildrop.ca_file else ""
        return (f"[retriever]\ntype = SimplePOP3{'SSL' if secure else ''}Retriever\n"
                f"server = {maildrop.host}\nport = {maildrop.port}\n"
                f"username = {maildrop.user}\npassword = {maildrop.password}\n{trust}"
                f"[destination]\ntype = MDA_external\npath = {program}\n"
                "allow_root_commands = true\nunixfrom = false\n"
                f"[options]\nread_all = {'false' if self._only_new else 'true'}\n"
                "verbose = 0\nreceived = false\ndelivered_to = false\n"
                f"delete = {'false' if keep else 'true'}\n")
