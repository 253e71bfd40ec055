"""s-nail, the mail command: it composes, and encodes lines that are too long for mail."""

import os
import shlex

from tests.integration.lab.process import run

from .sender import SECONDS, Sender


class SNail(Sender):
    name = "s-nail"
    composes = True

    def _send(self, service, letter, folder, mechanism):
        configuration = folder / "mailrc"
        configuration.write_text("\n".join(self._options(service, letter, mechanism)) + "\n")
        configuration.chmod(0o600)
        body = letter.body().replace(b"\r\n", b"\n")
        run(["s-nail", "-:u", "-r", letter.sender, "-s", letter.head()["Subject"], "-.",
             *letter.recipients], stdin=None, input=body, seconds=SECONDS, cwd=folder,
            env={**os.environ, "HOME": str(folder), "MAILRC": str(configuration)})

    @staticmethod
    def _options(service, letter, mechanism):
        scheme = "smtps" if service.tls_mode == "implicit" else "smtp"
        place = f"{scheme}://{service.host}:{service.port}"
        yield from ("set v15-compat", "set sendwait", "set hostname=client.test",
                    f"set mta={place}", f"set smtp-auth={mechanism.lower()}",
                    f"set user={service.user}",
                    "set " + shlex.quote(f"password={service.password}"),
                    f"set tls-ca-file={service.ca_file}",
                    "set tls-verify=strict", "set ttycharset=utf-8 sendcharsets=utf-8",
                    "set mime-encoding=8bit")
        if service.tls_mode == "starttls":
            yield "set smtp-use-starttls"
