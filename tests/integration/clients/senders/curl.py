"""curl: octets as they are, but for a last line end; it says QUIT by itself."""

from tests.integration.lab.process import run

from .sender import SECONDS, Sender


class CurlSender(Sender):
    name = "curl"

    def _send(self, service, letter, folder, mechanism):
        message, configuration = folder / "message", folder / "curlrc"
        message.write_bytes(letter.octets)
        configuration.write_text("\n".join(self._options(service, letter, mechanism)))
        scheme = "smtps" if service.tls_mode == "implicit" else "smtp"
        run(["curl", "--config", configuration, "--upload-file", message,
             f"{scheme}://{service.host}:{service.port}/client.test"], seconds=SECONDS)

    @staticmethod
    def _options(service, letter, mechanism):
        escaped = f"{service.user}:{service.password}".replace("\\", "\\\\").replace('"', '\\"')
        yield from ("silent", "show-error", f'user = "{escaped}"',
                    f'login-options = "AUTH={mechanism}"', f'cacert = "{service.ca_file}"',
                    f'mail-from = "{letter.sender}"')
        yield from (f'mail-rcpt = "{recipient}"' for recipient in letter.recipients)
        if service.tls_mode == "starttls":
            yield "ssl-reqd"
