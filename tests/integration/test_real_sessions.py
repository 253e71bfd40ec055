"""Whole POP3 sessions before real IMAP servers, and what is left in the mailbox afterwards.

Every server by every way to it: clear, STARTTLS, implicit TLS. One session each is recorded; the
tests look at the records.
"""

import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import open_maildrop
from tests.integration.fleet import KINDS, LANES, PASSWORD, Fleet
from tests.integration.lab import mail
from tests.integration.lab.ports import HOST, free_port

_MESSAGES = [mail.ordinary(number, 2000 * number) for number in range(1, 6)]
_SIZES = [len(text) for text in _MESSAGES]
_SEEN = r"\Seen"


def setUpModule():
    global fleet
    fleet = Fleet(settings={
        "upstream": {"down": {"url": f"imap://{HOST}:{free_port()}", "tls": "off"}},
        "route": [{"user": "*@down.test", "upstream": "down"}],
        "auth": {"negative_ttl": "0s"}})
    unittest.enterModuleContext(fleet)


class Record:
    """What one session said and what an independent look found in between and behind it."""

    def __init__(self, account):
        # mailutils renumbers the mailbox under a session when another one looks at it.
        steady = account.server.name != "mailutils"
        self.before_quit = {} if steady else account.look()
        with fleet.open(account) as pop3:
            self.stat = pop3.ask("STAT")
            self.listing = pop3.ask_multiline("LIST")[1]
            self.uidls = pop3.ask_multiline("UIDL")[1]
            self.bodies = [pop3.ask_multiline(f"RETR {number}")[1] for number in (1, 2)]
            self.tops = {lines: pop3.ask_multiline(f"TOP 3 {lines}")[1]
                         for lines in (0, 2, 99_999_999)}
            self.deletions = [pop3.ask(f"DELE {number}") for number in (2, 4)]
            self.stat_after_deletions = pop3.ask("STAT")
            if steady:
                self.before_quit = account.look()
            self.goodbye = pop3.ask("QUIT")
            self.end = pop3.read_to_end()
        self.after = account.look()
        self.uid_validity = account.uid_validity()


class SessionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.records = {(server, lane): Record(fleet.account(server, lane, *_MESSAGES))
                       for server in KINDS for lane in LANES}

    def check_each(self, check):
        for way, record in self.records.items():
            with self.subTest(way):
                check(record)

    def test_M027_stat_counts_messages_and_octets_without_the_deleted(self):
        def check(record):
            self.assertEqual(record.stat, b"+OK 5 %d\r\n" % sum(_SIZES))
            left = sum(_SIZES) - _SIZES[1] - _SIZES[3]
            self.assertEqual(record.stat_after_deletions, b"+OK 3 %d\r\n" % left)

        self.check_each(check)

    def test_every_message_is_listed_with_its_size(self):
        lines = b"".join(b"%d %d\r\n" % pair for pair in enumerate(_SIZES, 1))

        def check(record):
            self.assertEqual(record.listing, lines + b".\r\n")

        self.check_each(check)

    def test_M090_a_uidl_is_uid_and_uidvalidity_in_16_hex_digits(self):
        def check(record):
            expected = b"".join(b"%d %08x%08x\r\n" % (number, uid, record.uid_validity)
                                for number, uid in enumerate(record.before_quit, 1))
            self.assertEqual(record.uidls, expected + b".\r\n")

        self.check_each(check)

    def test_messages_come_as_they_are(self):
        def check(record):
            self.assertEqual(record.bodies, [mail.on_the_wire(text) for text in _MESSAGES[:2]])

        self.check_each(check)

    def test_M112_top_gives_the_header_so_many_lines_or_all(self):
        header, _, body = _MESSAGES[2].partition(b"\r\n\r\n")
        header += b"\r\n\r\n"
        first = b"".join(line + b"\r\n" for line in body.split(b"\r\n")[:2])
        expected = {0: header, 2: header + first, 99_999_999: _MESSAGES[2]}

        def check(record):
            for lines, text in expected.items():
                self.assertEqual(record.tops[lines], mail.on_the_wire(text))

        self.check_each(check)

    def test_M111_M128_nothing_is_flagged_or_removed_before_quit(self):
        def check(record):
            self.assertEqual(list(record.before_quit.values()), [set()] * 5)

        self.check_each(check)

    def test_M115_quit_removes_just_what_was_deleted(self):
        def check(record):
            uids = list(record.before_quit)
            self.assertEqual(record.deletions, [b"+OK message 2 deleted\r\n",
                                                b"+OK message 4 deleted\r\n"])
            self.assertEqual((record.goodbye, record.end), (b"+OK bye\r\n", (b"", "closed")))
            self.assertEqual(list(record.after), [uids[0], uids[2], uids[4]])

        self.check_each(check)

    def test_M128_what_was_retrieved_and_left_is_seen_and_nothing_else(self):
        def check(record):
            self.assertEqual(list(record.after.values()), [{_SEEN}, set(), set()])

        self.check_each(check)


class EmptyMaildropTest(unittest.TestCase):
    def test_M028_listings_of_an_empty_maildrop_are_a_dot(self):
        for server in KINDS:
            with self.subTest(server):
                with fleet.open(fleet.account(server, "clear")) as pop3:
                    said = [pop3.ask("STAT"), pop3.ask_multiline("LIST"),
                            pop3.ask_multiline("UIDL"), pop3.ask("RETR 1")[:5],
                            pop3.ask("QUIT")]
                self.assertEqual(said[0], b"+OK 0 0\r\n")
                self.assertEqual([lines for _, lines in said[1:3]], [b".\r\n"] * 2)
                self.assertEqual(said[3:], [b"-ERR ", b"+OK bye\r\n"])


def refusal(maildrop, mechanism):
    """What a login that must fail is told."""
    try:
        open_maildrop(maildrop, mechanism).close()
    except PermissionError as refused:
        return str(refused)
    return "was let in"


class RefusalTest(unittest.TestCase):
    def test_M044_M047_a_wrong_password_is_said_to_be_one(self):
        # All at the same time: Cyrus and Courier take seconds over a refusal.
        said, threads = {}, []

        def ask(server, mechanism, maildrop):
            said[server, mechanism] = refusal(maildrop, mechanism)

        for server in KINDS:
            for mechanism in ("USER", "PLAIN"):
                wrong = fleet.maildrop(fleet.account(server, "starttls"),
                                       password="nZ5-not-the-password")
                threads.append(threading.Thread(target=ask, args=(server, mechanism, wrong)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(len(said), 2 * len(KINDS))
        for asked, text in said.items():
            with self.subTest(asked):
                self.assertIn("-ERR [AUTH] ", text)
                self.assertNotRegex(text, "lock|Lock|wait|unavailable")

    def test_M045_M048_an_upstream_that_is_down_is_no_wrong_password(self):
        for mechanism in ("USER", "PLAIN"):
            with self.subTest(mechanism):
                text = refusal(fleet.gateway.maildrop("joe@down.test", PASSWORD), mechanism)
                self.assertRegex(text, r"-ERR \[SYS/TEMP\] .*unavailable.*wait")


class PasswordTest(unittest.TestCase):
    PASSWORDS = {
        "quotation mark and backslash": 'p"1\\2\\\\"x9',
        "blanks, also at both ends": "  q8 w  y4 ",
        "braces of a literal": "{5}k{12+}z7",
        "8-bit": "p\u00e4ss7 w\u00f6rd \u2603",
        "long": "Lg" + "0123456789abcdef" * 10,
    }

    def test_M019_M053_M054_passwords_that_need_care_open_the_maildrop(self):
        for server in KINDS:
            for name, password in self.PASSWORDS.items():
                account = fleet.account(server, "implicit", _MESSAGES[0], password=password)
                for mechanism in ("USER", "PLAIN"):
                    with self.subTest(server=server, password=name, mechanism=mechanism):
                        with fleet.open(account, mechanism=mechanism) as pop3:
                            self.assertEqual(pop3.ask("STAT"), b"+OK 1 %d\r\n" % _SIZES[0])
                            pop3.ask("QUIT")


if __name__ == "__main__":
    unittest.main()
