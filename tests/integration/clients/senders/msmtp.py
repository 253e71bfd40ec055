"""msmtp, mpop's sibling: a sendmail that passes its input on. TLS is GnuTLS here."""

from tests.integration.lab.process import run

from .sender import SECONDS, Sender


class Msmtp(Sender):
    name = "msmtp"

    def _send(self, service, letter, folder, mechanism):
        (folder / "password").write_text(service.password)
        configuration = folder / "msmtprc"
        configuration.write_text(
            f"account the\nhost {service.host}\nport {service.port}\nfrom {letter.sender}\n"
            f"auth {mechanism.lower()}\nuser {service.user}\npasswordeval cat {folder}/password\n"
            f"tls on\ntls_starttls {'on' if service.tls_mode == 'starttls' else 'off'}\n"
            f"tls_trust_file {service.ca_file}\ndomain client.test\n")
        configuration.chmod(0o600)
        run(["msmtp", "-C", configuration, "-a", "the", "--set-from-header=off",
             "--set-date-header=off", "--set-msgid-header=off", "--", *letter.recipients],
            stdin=None, input=letter.in_lines_of_this_system(), seconds=SECONDS)
