"""mutt: told to send without a terminal. It composes, and encodes lines that are too long for mail.
"""

import os
import re

from tests.integration.lab.process import run

from .sender import SECONDS, Sender


class MuttSender(Sender):
    name = "mutt"
    composes = True

    def _send(self, service, letter, folder, mechanism):
        configuration = folder / "muttrc"
        configuration.write_text(self._configuration(service, letter, mechanism))
        body = letter.body().replace(b"\r\n", b"\n")
        run(["mutt", "-n", "-F", configuration, "-s", letter.head()["Subject"], "--",
             *letter.recipients], stdin=None, input=body, seconds=SECONDS, cwd=folder,
            env={**os.environ, "HOME": str(folder)})

    @staticmethod
    def _configuration(service, letter, mechanism):
        scheme = "smtps" if service.tls_mode == "implicit" else "smtp"
        upgrade = "yes" if service.tls_mode == "starttls" else "no"
        user, password = (re.sub(r'(["\\$`])', r"\\\1", text)
                          for text in (service.user.replace("@", "%40"), service.password))
        return (f'set smtp_url="{scheme}://{user}@{service.host}:{service.port}/"\n'
                f'set smtp_pass="{password}" smtp_authenticators="{mechanism.lower()}"\n'
                f"set ssl_starttls={upgrade} ssl_force_tls=yes\n"
                f'set ssl_ca_certificates_file="{service.ca_file}"\n'
                f'set from="{letter.sender}" use_envelope_from=yes hostname=client.test\n'
                "set charset=utf-8 send_charset=utf-8 allow_8bit=yes copy=no record=\n")
