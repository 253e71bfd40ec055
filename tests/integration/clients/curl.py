"""curl: one connection for all messages, octets as they are; SASL wherever the server offers it.

It has no way to make it use USER and PASS where AUTH is offered. Removal is DELE by a custom
request; curl says QUIT by itself.
"""

import re

from tests.integration.lab.process import run

from .client import Client

_SECONDS = 120


class Curl(Client):
    name = "curl"
    mechanisms = ("PLAIN", "LOGIN")

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        scheme = "pop3s" if maildrop.tls_mode == "implicit" else "pop3"
        url = f"{scheme}://{maildrop.host}:{maildrop.port}/"
        configuration = folder / "curlrc"
        configuration.write_text("\n".join(self._options(maildrop, mechanism)))
        curl = ["curl", "--config", configuration]
        listing = run([*curl, "--list-only", url], seconds=_SECONDS)
        numbers = re.findall(rb"^(\d+) ", listing, re.MULTILINE)
        if not numbers:
            return []
        files = [folder / number.decode() for number in numbers]
        run([*curl, *(word for file in files for word in (f"{url}{file.name}", "-o", file))],
            seconds=_SECONDS)
        if not keep:
            run([*curl, "--list-only", "--request", "DELE",
                 *(f"{url}{file.name}" for file in files)], seconds=_SECONDS)
        return [file.read_bytes() for file in files]

    @staticmethod
    def _options(maildrop, mechanism):
        escaped = f"{maildrop.user}:{maildrop.password}".replace("\\", "\\\\").replace('"', '\\"')
        yield from ("silent", "show-error", f'user = "{escaped}"',
                    f'login-options = "AUTH={mechanism}"')
        if maildrop.ca_file:
            yield f'cacert = "{maildrop.ca_file}"'
        if maildrop.tls_mode == "stls":
            yield "ssl-reqd"
