"""What a raw socket reads is what the octet rules make of what the upstream's IMAP holds.

Hostile mail, 25 MiB and nothing at all, on every server. The oracle (lab/mail.py) looks at whole
messages and shares nothing with the gateway but the rules.
"""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fleet import KINDS, Fleet
from tests.integration.lab import mail

_NOT_TAKEN = {"cyrus": ("zero",)}  # what a server cannot hold
_EMPTY_LINE = re.compile(rb"^\r+\n", re.MULTILINE)  # CRs alone are none to see
_LITTLE = 64 * 1024


def setUpModule():
    global fleet
    fleet = Fleet()
    unittest.enterModuleContext(fleet)


def hostile_for(server):
    return {name: octets for name, octets in mail.HOSTILE.items()
            if name not in _NOT_TAKEN.get(server, ())}


class HostileMailTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.held, cls.heard = {}, {}
        for server in KINDS:
            messages = hostile_for(server)
            account = fleet.account(server, "starttls", *messages.values())
            with fleet.open(account, "stls") as pop3:
                cls.heard[server] = {
                    name: (pop3.ask_multiline(f"RETR {number}"),
                           pop3.ask_multiline(f"TOP {number} 99999999"),
                           pop3.ask_multiline(f"TOP {number} 0"))
                    for number, name in enumerate(messages, 1)}
                pop3.ask("QUIT")
            cls.held[server] = dict(zip(messages, account.bodies()))

    def check_each(self, check):
        for server, held in self.held.items():
            self.assertEqual(len(held), len(hostile_for(server)), server)
            for name, octets in held.items():
                with self.subTest(server=server, message=name):
                    check(octets, *self.heard[server][name])

    def test_M098_M099_M100_M101_M102_retr_sends_what_the_octet_rules_make_of_a_message(self):
        def check(held, retr, *_):
            self.assertEqual(retr[1], mail.on_the_wire(mail.delivered(held)))

        self.check_each(check)

    def test_G002_the_octets_that_retr_announces_are_those_that_the_upstream_holds(self):
        def check(held, retr, *_):
            self.assertEqual(retr[0], b"+OK %d octets\r\n" % len(held))

        self.check_each(check)

    def test_M099_no_message_ends_early_for_a_client_that_ends_lines_at_cr_or_lf(self):
        def check(_held, retr, *_):
            self.assertFalse(mail.ends_early(retr[1]))

        self.check_each(check)

    def test_M112_top_of_many_lines_is_the_whole_message(self):
        def check(_held, retr, top, _header):
            self.assertEqual(top[1], retr[1])

        self.check_each(check)

    def test_M112_top_of_no_lines_ends_with_the_first_empty_line(self):
        def check(held, _retr, _top, header):
            text = mail.delivered(held)
            end = _EMPTY_LINE.search(text).end()
            self.assertEqual(header[1], mail.on_the_wire(text[:end]))

        self.check_each(check)


class LargeMailTest(unittest.TestCase):
    def test_a_message_of_25_mib_comes_octet_for_octet(self):
        text = mail.big()
        wire = mail.on_the_wire(text)
        for server in KINDS:
            with self.subTest(server):
                account = fleet.account(server, "implicit", text)
                with fleet.open(account, "implicit") as pop3:
                    first = pop3.ask("RETR 1")
                    heard = pop3.read_exactly(len(wire))
                    goodbye = pop3.ask("QUIT")

                self.assertEqual(first, b"+OK %d octets\r\n" % len(text))
                self.assertTrue(heard == wire, "the octets differ")
                self.assertEqual(goodbye, b"+OK bye\r\n")

    def test_M113_top_of_50_mib_fetches_little_from_upstream(self):
        account = fleet.account("dovecot", "clear", mail.big(50 * 1024 * 1024))
        name = "postern_upstream_received_bytes_total"
        before = fleet.gateway.metric(name, upstream="dovecot-clear")

        with fleet.open(account) as pop3:
            top = pop3.ask_multiline("TOP 1 5")[1]
            pop3.ask("QUIT")
            pop3.read_to_end()

        self.assertEqual(top.partition(b"\r\n\r\n")[2].count(b"\r\n"), 5 + 1)
        fleet.gateway.wait_for_event("session.ended", user=account.user)
        received = fleet.gateway.metric(name, upstream="dovecot-clear") - before
        self.assertTrue(0 < received < _LITTLE, received)


if __name__ == "__main__":
    unittest.main()
