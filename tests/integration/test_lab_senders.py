"""The programs of the laboratory that submit mail, against its Postfix.

What each sends is read back from the mailbox, octet for octet but for trace fields; of those that
compose mail, the text.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients import senders
from tests.integration.lab import letters, process
from tests.integration.lab.arrivals import Arrivals
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.postfix import Postfix
from tests.integration.lab.tls import Pki

USER, PASSWORD = "joe@example.test", "p\"a's\\s w$rd"


def setUpModule():
    global dovecot, postfix, folder
    folder = process.work_folder("senders")
    unittest.addModuleCleanup(process.remove_folder, folder)
    dovecot = unittest.enterModuleContext(Dovecot(settings=Postfix.DOVECOT_SETTINGS))
    dovecot.add_user(USER, PASSWORD)
    postfix = unittest.enterModuleContext(Postfix(dovecot))


class SenderContract:
    """`kind` is the class of the sender."""

    kind = None

    def setUp(self):
        self.sender = self.kind()

    def service(self, mode, *, password=PASSWORD, ca_file=None):
        port = postfix.tls_port if mode == "implicit" else postfix.port
        return senders.Service("localhost", port, USER, password, mode,
                               ca_file or postfix.pki.ca_file)

    def send(self, letter, mode="starttls", mechanism="PLAIN", **options):
        self.sender.send(self.service(mode, **options), letter, mechanism=mechanism,
                         work_folder=folder / f"{self.sender.name}-{mode}-{mechanism}")

    def test_sends_every_letter_whole(self):
        for name in letters.NAMES:
            with self.subTest(name):
                letter = senders.Letter(USER, (USER,), letters.letter(name, USER))
                arrivals = Arrivals(dovecot, USER)
                self.send(letter)
                (octets,) = arrivals.take()
                self.assertEqual(self.sender.arrived(letters.without_trace(octets)),
                                 self.sender.expected(letter))

    def test_logs_in_every_way_that_it_says_it_can(self):
        letter = senders.Letter(USER, (USER,), letters.letter("plain", USER))
        for mode in self.sender.tls_modes:
            for mechanism in self.sender.mechanisms:
                with self.subTest(mode=mode, mechanism=mechanism):
                    before = postfix.log().count(f"sasl_method={mechanism}, sasl_username={USER}")
                    arrivals = Arrivals(dovecot, USER)
                    self.send(letter, mode, mechanism)
                    arrivals.take()
                    self.assertEqual(
                        postfix.log().count(f"sasl_method={mechanism}, sasl_username={USER}"),
                        before + 1)

    def test_fails_where_it_is_refused(self):
        good = letters.letter("plain", USER)
        trouble = {
            "a recipient": senders.Letter(USER, (Postfix.REFUSED,), good),
            "the message": senders.Letter(
                USER, (USER,), letters.letter(Postfix.REFUSED_SUBJECT, USER, body=b"x\r\n")),
        }
        for what, letter in trouble.items():
            with self.subTest(what), self.assertRaises(Exception):
                self.send(letter)
        with self.subTest("the login"), self.assertRaises(Exception):
            self.send(senders.Letter(USER, (USER,), good), password="wrong")

    def test_says_nothing_to_a_server_with_a_certificate_of_nobody_it_knows(self):
        stranger = Pki(folder / f"stranger-{self.sender.name}")
        letter = senders.Letter(USER, (USER,), letters.letter("plain", USER))
        before = postfix.log().count("sasl_username=")
        for mode in set(self.sender.tls_modes) - {"clear"}:
            with self.subTest(mode), self.assertRaises(Exception):
                self.send(letter, mode, ca_file=stranger.ca_file)
        self.assertEqual(postfix.log().count("sasl_username="), before)

    def test_refuses_what_it_cannot_do(self):
        with self.assertRaises(ValueError):
            self.send(None, mechanism="KERBEROS_V4")


def _case(kind):
    return type(f"{kind.__name__}Test", (SenderContract, unittest.TestCase), {"kind": kind})


globals().update({f"{kind.__name__}Test": _case(kind) for kind in senders.ALL})


if __name__ == "__main__":
    unittest.main()
