"""Many messages and many users at once, on two workers, before a real Dovecot.

Every message names its owner, so that mail in the wrong hands is seen at once.
"""

import re
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fleet import Fleet
from tests.integration.lab import mail
from tests.integration.lab.process import wait_until

_USERS = 12
_ROUNDS = 4
_MESSAGES = 2000
_AT_ONCE = 50  # commands written together
_WORKERS = 2


def setUpModule():
    global fleet
    fleet = Fleet(("dovecot",), settings={"server": {"workers": _WORKERS},
                                          "log": {"level": "info"}})
    unittest.enterModuleContext(fleet)


def owned(owner, number):
    return (f"From: a@example.test\r\nSubject: of {owner}, number {number}\r\n\r\n"
            f"This belongs to {owner}.\r\n").encode() + b"." * (number * 97 % 900) + b"\r\n"


class DrainTest(unittest.TestCase):
    def test_M035_G007_two_thousand_messages_are_fetched_and_removed_in_one_session(self):
        messages = [owned("drain", number) for number in range(_MESSAGES)]
        account = fleet.account("dovecot", "implicit", *messages)
        wires = [b"+OK %d octets\r\n" % len(text) + mail.on_the_wire(text) for text in messages]

        with fleet.open(account, "implicit") as pop3:
            listed = pop3.ask_multiline("LIST")[1].count(b"\r\n") - 1
            unlike = []
            for first in range(1, _MESSAGES + 1, _AT_ONCE):
                numbers = range(first, first + _AT_ONCE)
                pop3.send(b"".join(b"RETR %d\r\nDELE %d\r\n" % (n, n) for n in numbers))
                for number in numbers:
                    heard = pop3.read_line() + pop3.read_multiline() + pop3.read_line()
                    if heard != wires[number - 1] + b"+OK message %d deleted\r\n" % number:
                        unlike.append(number)
            goodbye = pop3.ask("QUIT")

        self.assertEqual((listed, unlike, goodbye), (_MESSAGES, [], b"+OK bye\r\n"))
        self.assertEqual(account.look(), {})


class CrowdTest(unittest.TestCase):
    """Users who log in, fetch and log out again and again, in clear and in TLS, all at once."""

    def run_users(self, accounts):
        heard, failures = {account.user: [] for account in accounts}, []

        def poll_again_and_again(account, mode):
            try:
                for _ in range(_ROUNDS):
                    with fleet.open(account, mode) as pop3:
                        count = int(pop3.ask("STAT").split()[1])
                        heard[account.user] += [pop3.ask_multiline(f"RETR {number}")[1]
                                                for number in range(1, count + 1)]
                        pop3.ask("QUIT")
            except Exception as failure:  # told by the test, not by the thread
                failures.append((account.user, failure))

        threads = [threading.Thread(target=poll_again_and_again, args=(account, mode))
                   for account in accounts for mode in ("clear", "implicit")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        return heard

    def test_G005_T063_nobody_sees_what_belongs_to_another(self):
        accounts = []
        for number in range(_USERS):
            lane = ("clear", "starttls", "implicit")[number % 3]
            account = fleet.account("dovecot", lane, deliver=False)
            account.server.deliver(account.user, [owned(account.user, n) for n in range(5)])
            accounts.append(account)

        heard = self.run_users(accounts)

        for account in accounts:
            with self.subTest(account.user):
                own = [mail.on_the_wire(owned(account.user, n)) for n in range(5)]
                self.assertEqual(sorted(heard[account.user]), sorted(own * (2 * _ROUNDS)))

    def test_sessions_are_spread_over_the_workers(self):
        account = fleet.account("dovecot", "clear", mail.ordinary(1))
        sessions = [fleet.open(account) for _ in range(2 * _WORKERS)]
        for session in sessions:
            self.addCleanup(session.close)

        # Each worker tells its number once a second.
        def spread():
            held = {labels["worker"]: value for name, labels, value in fleet.gateway.metrics()
                    if name == "postern_worker_connections"}
            return len(held) == _WORKERS and all(value >= 1 for value in held.values())

        wait_until(spread, 10, "a session at each worker")

    def test_M130_the_ninth_session_of_a_user_is_told_in_use(self):
        account = fleet.account("dovecot", "clear", mail.ordinary(1))
        for _ in range(8):
            self.addCleanup(fleet.open(account).close)

        with self.assertRaisesRegex(PermissionError, re.escape("-ERR [IN-USE] ")):
            fleet.open(account)


if __name__ == "__main__":
    unittest.main()
