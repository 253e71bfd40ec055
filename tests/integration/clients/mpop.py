"""mpop: pipelines where CAPA allows it, hands each message to a delivery program.

It changes nothing in a message but its line ends. TLS is GnuTLS here, so its handshakes differ from
those of the clients on OpenSSL.
"""

from tests.integration.lab.process import run

from .client import Client, Delivery, Fault, lines_end_in_lf

_SECONDS = 120
_AUTH = {"USER": "user", "PLAIN": "plain", "LOGIN": "login"}


class Mpop(Client):
    name = "mpop"
    mechanisms = tuple(_AUTH)
    faults = (
        Fault("lines end in LF", "the delivery program gets text of this system", lines_end_in_lf),
    )

    def __init__(self, *, only_new=False):
        """`only_new`: leaves what it got in an earlier run with the same work folder."""
        self._only_new = only_new

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        delivery = Delivery(folder)
        (folder / "password").write_text(maildrop.password)
        configuration = folder / "mpoprc"
        configuration.write_text(self._configuration(maildrop, folder, _AUTH[mechanism], keep))
        configuration.chmod(0o600)
        run(["mpop", "-C", configuration, "--quiet", "the"], seconds=_SECONDS)
        return delivery.messages()

    def _configuration(self, maildrop, folder, auth, keep):
        tls = f"tls {'off' if maildrop.tls_mode == 'clear' else 'on'}\n"
        if maildrop.tls_mode != "clear":
            tls += f"tls_starttls {'on' if maildrop.tls_mode == 'stls' else 'off'}\n"
            tls += f"tls_trust_file {maildrop.ca_file}\n"
        return (f"account the\nhost {maildrop.host}\nport {maildrop.port}\nuser {maildrop.user}\n"
                f"passwordeval cat {folder}/password\nauth {auth}\n{tls}"
                f"delivery mda {folder}/deliver\nuidls_file {folder}/uidls\n"
                f"keep {'on' if keep else 'off'}\nreceived_header off\n"
                f"only_new {'on' if self._only_new else 'off'}\n")
