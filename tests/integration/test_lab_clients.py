"""The POP3 clients of the laboratory, against Dovecot's own POP3.

What each stores is compared octet for octet with what Dovecot's POP3 sends, but for the client's
own faults, which are data beside the client.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import clients
from tests.integration.lab import mail, process
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.tls import Pki

PASSWORD = "p\"a's\\s w$rd"


class ClientContract:
    """`kind` is the class of the client."""

    kind = None

    @classmethod
    def setUpClass(cls):
        cls.client = cls.kind()
        cls.folder = process.work_folder("client")
        cls.addClassCleanup(process.remove_folder, cls.folder)
        cls.server = Dovecot().start()
        cls.addClassCleanup(cls.server.stop)

    def maildrop(self, mode, *messages, password=PASSWORD, ca_file=None):
        """A new user with these messages."""
        user = f"u{len(self.server.passwords)}@example.test"
        self.server.add_user(user, PASSWORD)
        self.server.deliver(user, messages)
        port = self.server.pop3s_port if mode == "implicit" else self.server.pop3_port
        return clients.Maildrop("localhost", port, user, password, mode,
                                ca_file or self.server.pki.ca_file)

    def fetch(self, maildrop, **options):
        options.setdefault("mechanism", self.client.mechanisms[0])
        return self.client.fetch_all(maildrop, work_folder=self.folder / maildrop.user, **options)

    def test_stores_hostile_mail_but_for_its_own_faults(self):
        sent = {name: self.server.as_pop3(octets) for name, octets in mail.HOSTILE.items()}
        taken = {name: text for name, text in sent.items()
                 if text is not None and self.client.takes(text)}
        self.assertGreater(len(taken), 30)

        got = self.fetch(self.maildrop("clear", *(mail.HOSTILE[name] for name in taken)))

        self.assertEqual(len(got), len(taken))
        for (name, text), stored in zip(taken.items(), got):
            with self.subTest(name):
                self.assertEqual(stored, self.client.expected(text))

    def test_logs_in_every_way_that_it_says_it_can(self):
        text = mail.ordinary(1)
        for mode in self.client.tls_modes:
            for mechanism in self.client.mechanisms:
                with self.subTest(mode=mode, mechanism=mechanism):
                    got = self.fetch(self.maildrop(mode, text), mechanism=mechanism)
                    self.assertEqual(got, [self.client.expected(text)])

    def test_keeps_mail_or_removes_it(self):
        for keep in (True, False):
            with self.subTest(keep=keep):
                maildrop = self.maildrop("clear", mail.ordinary(1), mail.ordinary(2))
                got = self.fetch(maildrop, keep=keep)
                self.assertEqual(len(got), 2)
                self.assertEqual(len(self.server.read_back(maildrop.user)), 2 if keep else 0)

    def test_fetches_nothing_from_an_empty_maildrop(self):
        self.assertEqual(self.fetch(self.maildrop("clear")), [])

    def test_fails_with_a_wrong_password(self):
        maildrop = self.maildrop("clear", mail.ordinary(1), password="wrong")

        with self.assertRaises(Exception):
            self.fetch(maildrop)

    def test_does_not_log_in_to_a_server_with_a_certificate_of_nobody_it_knows(self):
        stranger = Pki(self.folder / f"stranger-{self._testMethodName}")
        for mode in set(self.client.tls_modes) - {"clear"}:
            with self.subTest(mode):
                maildrop = self.maildrop(mode, mail.ordinary(1), ca_file=stranger.ca_file)
                with self.assertRaises(Exception):
                    self.fetch(maildrop)
                self.assertNotIn(f"user=<{maildrop.user}>, method", self.server.log())

    def test_refuses_what_it_cannot_do(self):
        with self.assertRaises(ValueError):
            self.fetch(self.maildrop("clear"), mechanism="KERBEROS_V4")

    def test_takes_a_message_of_several_mib(self):
        text = mail.big(5_000_000)

        (stored,) = self.fetch(self.maildrop("clear", text))

        self.assertTrue(stored == self.client.expected(text), "the octets differ")


def _case(kind):
    return type(f"{kind.__name__}Test", (ClientContract, unittest.TestCase), {"kind": kind})


globals().update({f"{kind.__name__}Test": _case(kind) for kind in clients.ALL})


class FaultTest(unittest.TestCase):
    def test_every_fault_has_a_reason_and_changes_something(self):
        texts = [text for octets in mail.HOSTILE.values()
                 for text in (Dovecot.as_pop3(octets), mail.delivered(octets))]
        for kind in clients.ALL:
            for fault in kind.faults:
                with self.subTest(client=kind.name, fault=fault.name):
                    self.assertTrue(fault.reason)
                    self.assertTrue([text for text in texts
                                     if text is not None and fault.alter(text) != text])


if __name__ == "__main__":
    unittest.main()
