"""A gateway before one fault server, with one user: what tests of the process share.

`GatewayCase` makes the certificates once a class and the fault server once a test; `start()` runs
the real binary before it. Sessions are raw connections, and everything is ended after the test.
"""

import base64
import unittest
from pathlib import Path

from tests.integration.clients.raw import RawPop3
from tests.integration.gateway import Gateway
from tests.integration.lab import process, tls
from tests.support.fault_imap import FaultImap

USER = "joe@example.test"
PASSWORD = "Xyzzy-planted-7391"
MAIL = b"Subject: hello\r\n\r\n.body\r\n"


class GatewayCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("case-pki")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = tls.Pki(folder / "tls")

    def setUp(self):
        self.server = self.fault_server()
        self.inbox = self.server.add_user(USER, PASSWORD).find("INBOX")

    def fault_server(self, certificate=None):
        """A fault server that ends with the test; by default it shows a good certificate."""
        certificate = certificate or self.pki.good
        pair = (certificate.chain, certificate.private_key)
        return self.enterContext(FaultImap(certificate=pair))

    def start(self, settings=None, *, server=None, upstream_tls="clear", wrapper=()):
        made = Gateway(server or self.server, upstream_tls=upstream_tls, pki=self.pki,
                       settings=settings)
        made.wrapper = list(wrapper)
        self.enterContext(made)
        self.addCleanup(self._expect_good_end, made)
        return made

    def _expect_good_end(self, gateway):
        """A process that crashed would be taken for one that cut its clients off."""
        self.assertIn(gateway.stop(), (0, None), gateway.log()[-2000:])

    def connect(self, gateway, mode="clear", **options):
        """A connection whose greeting has been read."""
        listener = "pop3s" if mode == "implicit" else "pop3"
        context = self.pki.client_context() if mode == "implicit" else None
        pop3 = RawPop3("localhost", gateway.port(listener), context=context, **options)
        self.addCleanup(pop3.close)
        self.assertTrue(pop3.greeting().startswith(b"+OK"))
        return pop3

    def log_in(self, gateway, mode="clear", **options):
        pop3 = self.connect(gateway, mode, **options)
        self.assertEqual(pop3.log_in(USER, PASSWORD)[:3], b"+OK")
        return pop3

    def first_line(self, gateway):
        """What a client hears that comes now."""
        with RawPop3("localhost", gateway.port()) as pop3:
            return pop3.greeting()

    def wait_metric(self, gateway, wanted, name, **labels):
        """Returns once the metric has at least that value."""
        process.wait_until(lambda: gateway.metric(name, **labels) >= wanted, 15,
                           f"{name} {labels} at {wanted}")


def resident_octets(pid, kind="Pss"):
    """Memory of a process in octets, by a line of /proc/PID/smaps_rollup."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith(kind + ":"):
            return int(line.split()[1]) * 1024
    raise ValueError(kind)


def forms_of(secret):
    """The octets in which a secret might show: plain, base64 at each of its borders, hex."""
    octets = secret.encode()
    forms = {octets, octets.hex().encode(), octets.hex().upper().encode()}
    for lead in range(3):
        coded = base64.b64encode(b"\0" * lead + octets)
        whole = coded[4 if lead else 0:len(coded) // 4 * 4 - 4]
        forms.add(whole)
    return forms
