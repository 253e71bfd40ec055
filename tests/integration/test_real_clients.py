"""Real POP3 clients before the gateway, with a real IMAP server behind it.

What each stores is what the gateway's octet rules make of what IMAP holds, but for the client's own
faults, which are data beside the client.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import clients
from tests.integration.fleet import Fleet
from tests.integration.lab import mail, process

# Its password needs quoting in every client's configuration; getmail takes no % in its own.
_PASSWORD = "p\"Zq's\\s w$7rd"
_MODES = {"clear": "clear", "stls": "starttls", "implicit": "implicit"}  # and the way upstream


def setUpModule():
    global fleet, folder
    fleet = Fleet(("dovecot",))
    unittest.enterModuleContext(fleet)
    folder = process.work_folder("clients")
    unittest.addModuleCleanup(process.remove_folder, folder)


def account_with(messages, mode="clear"):
    return fleet.account("dovecot", _MODES[mode], *messages, password=_PASSWORD)


def fetch(client, account, mode="clear", **options):
    options.setdefault("mechanism", client.mechanisms[0])
    return client.fetch_all(fleet.maildrop(account, mode), work_folder=folder / account.user,
                            **options)


class DeliveryTest(unittest.TestCase):
    def test_hostile_mail_is_delivered_but_for_the_faults_of_the_client(self):
        for kind in clients.ALL:
            client, server = kind(), fleet.servers["dovecot"]
            texts = {name: mail.delivered(server.as_stored(octets))
                     for name, octets in mail.HOSTILE.items()}
            taken = [name for name, text in texts.items() if client.takes(text)]
            self.assertGreater(len(taken), 30)
            mode = client.tls_modes[-1]

            got = fetch(client, account_with([mail.HOSTILE[name] for name in taken], mode), mode)

            self.assertEqual(len(got), len(taken), client.name)
            for name, stored in zip(taken, got):
                with self.subTest(client=client.name, message=name):
                    self.assertEqual(stored, client.expected(texts[name]))

    def test_a_message_of_several_mib_is_delivered(self):
        text = mail.big(3_000_000)
        for kind in clients.ALL:
            with self.subTest(kind.name):
                (stored,) = fetch(kind(), account_with([text]))
                self.assertTrue(stored == kind().expected(text), "the octets differ")


class LoginTest(unittest.TestCase):
    def test_every_client_logs_in_every_way_that_it_can(self):
        text = mail.ordinary(1)
        for kind in clients.ALL:
            client = kind()
            for mode in client.tls_modes:
                for mechanism in client.mechanisms:
                    with self.subTest(client=client.name, mode=mode, mechanism=mechanism):
                        got = fetch(client, account_with([text], mode), mode, mechanism=mechanism)
                        self.assertEqual(got, [client.expected(text)])

    def test_a_wrong_password_is_a_failure(self):
        for kind in clients.ALL:
            client = kind()
            with self.subTest(client=client.name):
                maildrop = fleet.maildrop(account_with([mail.ordinary(1)]),
                                          password="wr0ng-Kq8vz-word")
                with self.assertRaises(Exception):
                    client.fetch_all(maildrop, work_folder=folder / f"wrong-{client.name}",
                                     mechanism=client.mechanisms[0])


class PollTest(unittest.TestCase):
    def test_mail_is_kept_or_removed_as_the_client_is_told(self):
        texts = [mail.ordinary(1), mail.ordinary(2)]
        for kind in clients.ALL:
            for keep in (True, False):
                with self.subTest(client=kind.name, keep=keep):
                    account = account_with(texts)
                    got = fetch(kind(), account, keep=keep)
                    self.assertEqual(got, [kind().expected(text) for text in texts])
                    self.assertEqual(account.bodies(), texts if keep else [])

    def test_G007_a_client_that_keeps_mail_downloads_only_what_is_new(self):
        for kind in (clients.Fetchmail, clients.Getmail, clients.Mpop):
            with self.subTest(kind.name):
                client = kind(only_new=True)
                texts = [mail.ordinary(number) for number in (1, 2, 3)]
                account = account_with(texts[:2])

                polls = [len(fetch(client, account)) for _ in range(2)]
                account.server.deliver(account.user, texts[2:])
                got = fetch(client, account)

                self.assertEqual(polls, [2, 2])
                self.assertEqual(got, [client.expected(text) for text in texts])

    def test_an_empty_maildrop_gives_nothing(self):
        for kind in clients.ALL:
            with self.subTest(kind.name):
                self.assertEqual(fetch(kind(), account_with([])), [])


if __name__ == "__main__":
    unittest.main()
