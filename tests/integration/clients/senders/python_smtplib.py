"""Python's smtplib, as a script of ten lines would use it: sendmail() with octets."""

import smtplib

from .sender import SECONDS, Sender


class PythonSmtplib(Sender):
    name = "smtplib"

    def _send(self, service, letter, folder, mechanism):
        with self._connected(service) as smtp:
            smtp.user, smtp.password = service.user, service.password
            smtp.auth(mechanism, getattr(smtp, f"auth_{mechanism.lower()}"))
            refused = smtp.sendmail(letter.sender, letter.recipients, letter.octets)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)

    @staticmethod
    def _connected(service):
        options = {"local_hostname": "client.test", "timeout": SECONDS}
        if service.tls_mode == "implicit":
            smtp = smtplib.SMTP_SSL(service.host, service.port, context=service.tls_context(),
                                    **options)
        else:
            smtp = smtplib.SMTP(service.host, service.port, **options)
            smtp.starttls(context=service.tls_context())
        smtp.ehlo()
        return smtp
