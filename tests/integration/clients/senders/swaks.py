"""swaks: a message from a file. It doubles dots by itself, and takes a dot that is the last line
for the end mark: so it is given one.
"""

from tests.integration.lab.process import run

from .sender import SECONDS, Sender


class Swaks(Sender):
    name = "swaks"

    def _send(self, service, letter, folder, mechanism):
        message = folder / "message"
        message.write_bytes(letter.ended().replace(b"\r\n", b"\n") + b".\n")
        run(["swaks", "--server", service.host, "--port", service.port, "--helo", "client.test",
             "--tls-on-connect" if service.tls_mode == "implicit" else "--tls", "--tls-verify",
             "--tls-ca-path", service.ca_file, "--auth", mechanism, "--auth-user", service.user,
             "--auth-password", service.password, "--from", letter.sender,
             "--to", ",".join(letter.recipients), "--data", f"@{message}", "--silent", "2"],
            seconds=SECONDS)
