"""The raw connection as a sender like any other: it changes nothing."""

from tests.integration.clients.raw_smtp import RawSmtp

from .sender import Sender


class RawSender(Sender):
    name = "raw"
    tls_modes = ("clear", "starttls", "implicit")

    def _send(self, service, letter, folder, mechanism):
        with open_service(service, mechanism) as smtp:
            _accepted(smtp.submit(letter.sender, letter.recipients, letter.octets))
            _accepted(smtp.ask("QUIT"))


def open_service(service, mechanism="PLAIN", **options):
    """A connection that is logged in; a refusal is a PermissionError."""
    smtp = greeted(service, **options)
    try:
        _accepted(smtp.log_in(service.user, service.password, mechanism))
    except BaseException:
        smtp.close()
        raise
    return smtp


def greeted(service, name="client.test", **options):
    """A connection that has said EHLO, within TLS if the service has it; `smtp.offer` is the answer
    to that."""
    context = None if service.tls_mode == "clear" else service.tls_context()
    implicit = context if service.tls_mode == "implicit" else None
    smtp = RawSmtp(service.host, service.port, context=implicit, **options)
    try:
        _accepted(smtp.reply())
        smtp.offer = _accepted(smtp.ask(f"EHLO {name}"))
        if service.tls_mode == "starttls":
            _accepted(smtp.starttls(context))
            smtp.offer = _accepted(smtp.ask(f"EHLO {name}"))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _accepted(reply):
    if not reply.startswith(b"2"):
        raise PermissionError(f"refused: {reply!r}")
    return reply
