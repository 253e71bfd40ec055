"""Mail that is asked for ahead is the same mail: drains of 200 messages from every real server.

One RETR at a time, many at once, and while somebody else removes messages by IMAP.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fleet import KINDS, Fleet
from tests.integration.lab import mail
from tests.integration.lab.upstream import expect_ok

_MESSAGES = 200
_AT_ONCE = 40
_GONE = b"-ERR message no longer exists\r\n"


def setUpModule():
    global fleet
    fleet = Fleet()
    unittest.enterModuleContext(fleet)


def letter(number):
    # From a few octets to more than the gateway takes in at a time, dots at the start of lines.
    octets = number * 397 % 6000 if number % 50 else 300_000
    text = b"".join(b".line %d\r\n" % line for line in range(octets // 10))
    return b"From: a@example.test\r\nSubject: letter %d\r\n\r\n" % number + text


def answers(account):
    """What RETR has to answer, in the order of UIDs."""
    for held in account.bodies():
        text = mail.delivered(held)
        yield b"+OK %d octets\r\n" % len(held) + mail.on_the_wire(text)


def read_answer(pop3):
    line = pop3.read_line()
    return line + pop3.read_multiline() if line.startswith(b"+OK") else line


class DrainTest(unittest.TestCase):
    def new_account(self, server):
        return fleet.account(server, "starttls",
                             *(letter(number) for number in range(1, _MESSAGES + 1)))

    def test_M110_one_after_the_other_all_come_octet_for_octet(self):
        for server in KINDS:
            with self.subTest(server):
                account = self.new_account(server)
                wanted = list(answers(account))
                with fleet.open(account, "stls") as pop3:
                    unlike = []
                    for number in range(1, _MESSAGES + 1):
                        pop3.send(b"RETR %d\r\n" % number)
                        if read_answer(pop3) != wanted[number - 1]:
                            unlike.append(number)
                    goodbye = pop3.ask("QUIT")

                self.assertEqual((unlike, goodbye), ([], b"+OK bye\r\n"))
                self.assertEqual({r"\Seen" in flags for flags in account.look().values()}, {True})

    def test_M110_M035_many_at_once_come_in_their_order(self):
        for server in KINDS:
            with self.subTest(server):
                account = self.new_account(server)
                wanted = list(answers(account))
                with fleet.open(account, "stls") as pop3:
                    unlike = []
                    for first in range(1, _MESSAGES + 1, _AT_ONCE):
                        numbers = range(first, first + _AT_ONCE)
                        pop3.send(b"".join(b"RETR %d\r\nTOP %d 0\r\nDELE %d\r\n" % (n, n, n)
                                           for n in numbers))
                        for number in numbers:
                            heard = read_answer(pop3)
                            head = read_answer(pop3)
                            removed = pop3.read_line()
                            top = wanted[number - 1].partition(b"\r\n")[2].partition(b"\r\n\r\n")[0]
                            if (heard != wanted[number - 1]
                                    or head.partition(b"\r\n")[2] != top + b"\r\n\r\n.\r\n"
                                    or not removed.startswith(b"+OK")):
                                unlike.append(number)
                    goodbye = pop3.ask("QUIT")

                self.assertEqual((unlike, goodbye), ([], b"+OK bye\r\n"))
                self.assertEqual(account.look(), {})

    def test_M110_M082_what_somebody_else_removes_is_whole_or_gone_and_shifts_nothing(self):
        for server in KINDS:
            with self.subTest(server):
                account = self.new_account(server)
                wanted = list(answers(account))
                uids = list(account.look())
                outcomes, unlike = {}, []
                with fleet.open(account, "stls") as pop3:
                    for number in range(1, _MESSAGES + 1):
                        if number % 20 == 0 and number < _MESSAGES:
                            self.remove(account, uids[number], uids[number + 7])
                        pop3.send(b"RETR %d\r\n" % number)
                        heard = read_answer(pop3)
                        outcomes[number] = heard if heard == _GONE else b"whole"
                        if heard not in (wanted[number - 1], _GONE):
                            unlike.append((number, heard[:80]))
                    pop3.ask("QUIT")

                gone = {number for number, outcome in outcomes.items() if outcome == _GONE}
                removed = {number + 1 + shift for number in range(20, _MESSAGES, 20)
                           for shift in (0, 7)}
                self.assertEqual(unlike, [])
                self.assertLessEqual(gone, removed)
                self.assertEqual(len(account.look()), _MESSAGES - len(removed))

    @staticmethod
    def remove(account, *uids):
        with account.server.imap(account.user) as connection:
            chosen = ",".join(map(str, uids))
            expect_ok(connection.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)"))
            expect_ok(connection.expunge())


class GuessTest(unittest.TestCase):
    def test_M110_a_client_that_takes_one_mail_costs_just_one_more(self):
        account = fleet.account("dovecot", "clear", *(mail.ordinary(n) for n in range(20)))
        with fleet.open(account) as pop3:
            pop3.ask_multiline("RETR 1")
            pop3.ask("QUIT")

        asked = fleet.gateway.metric("postern_upstream_commands_total", upstream="dovecot-clear",
                                     command="fetch_body", result="ok")
        self.assertEqual(asked, 2)
        seen = [r"\Seen" in flags for flags in account.look().values()]
        self.assertEqual(seen, [True] + [False] * 19)


if __name__ == "__main__":
    unittest.main()
