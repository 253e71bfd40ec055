"""A hundred rounds of change by IMAP, and after each a poll by POP3 whose list is the truth.

Between two polls mail is delivered and removed by somebody else, at random, and often not at all.
The gateway knows each mailbox from the poll before; whatever a server tells and does not tell of
what happened since, LIST and UIDL are what IMAP says.
"""

import hashlib
import random
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fleet import Fleet, Lane
from tests.integration.lab import mail
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.mailutils import Mailutils
from tests.integration.lab.upstream import expect_ok

_ROUNDS = 100
_BASE = "IMAP4rev1 SASL-IR LITERAL+ ENABLE IDLE UIDPLUS UNSELECT"
_SERVERS = {
    "dovecot": Dovecot,
    "condstore": lambda: Dovecot(advertise=_BASE + " CONDSTORE ESEARCH"),
    "esearch": lambda: Dovecot(advertise=_BASE + " ESEARCH"),
    "qresync": lambda: Dovecot(advertise=_BASE + " CONDSTORE QRESYNC"),
    "legacy": LegacyFront,
    "cyrus": Cyrus,
    "courier": Courier,
    "mailutils": Mailutils,
}


def setUpModule():
    global fleet
    # By the second lane UIDLs are kept, too.
    fleet = Fleet(_SERVERS, lanes={"clear": Lane(), "kept": Lane(pop3={"uidl_header": True})})
    unittest.enterModuleContext(fleet)


def truth(connection):
    """What is in the mailbox now: UIDVALIDITY, and the UIDs with their sizes."""
    status, data = connection.select("INBOX")
    expect_ok((status, data))
    validity = int(connection.response("UIDVALIDITY")[1][0])
    sizes = {}
    if int(data[0]) > 0:
        for line in expect_ok(connection.uid("FETCH", "1:*", "(UID RFC822.SIZE)")):
            uid, size = re.search(rb"UID (\d+)", line), re.search(rb"RFC822.SIZE (\d+)", line)
            sizes[int(uid[1])] = int(size[1])
    return validity, sizes


def change(connection, sizes, chance):
    """Somebody else delivers and removes mail, or does neither."""
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        octets = mail.ordinary(chance.randrange(1, 1000))
        expect_ok(connection.append("INBOX", None, None, octets))
    gone = [uid for uid in sizes if chance.random() < chance.choice((0, 0, 0.1, 0.4))]
    if not gone:
        return
    expect_ok(connection.uid("STORE", ",".join(map(str, gone)), "+FLAGS.SILENT", r"(\Deleted)"))
    expect_ok(connection.expunge())


def poll(account):
    """What a client is told: UIDL to size, in the order of numbers."""
    with fleet.open(account) as pop3:
        sizes = pop3.ask_multiline("LIST")[1].split(b"\r\n")[:-2]
        uidls = pop3.ask_multiline("UIDL")[1].split(b"\r\n")[:-2]
        pop3.ask("QUIT")
    return [(uidl.split()[1].decode(), int(size.split()[1]))
            for uidl, size in zip(uidls, sizes, strict=True)]


class RoundsTest(unittest.TestCase):
    def _rounds(self, server, rounds=_ROUNDS):
        chance = random.Random(server)
        account = fleet.account(server, "clear", *[mail.ordinary(n) for n in range(1, 13)])
        with account.server.imap(account.user) as connection:
            for number in range(rounds):
                validity, sizes = truth(connection)
                change(connection, sizes, chance)
                validity, sizes = truth(connection)

                told = poll(account)

                wanted = [(f"{uid:08x}{validity:08x}", size) for uid, size in sizes.items()]
                self.assertEqual(told, wanted, f"round {number}")

    def test_dovecot_lists_the_truth(self):
        self._rounds("dovecot")

    def test_dovecot_lists_the_truth_with_condstore_and_esearch(self):
        self._rounds("condstore")

    def test_dovecot_lists_the_truth_with_esearch(self):
        self._rounds("esearch")

    def test_dovecot_lists_the_truth_with_qresync_and_without_esearch(self):
        self._rounds("qresync")

    def test_dovecot_lists_the_truth_without_extensions(self):
        self._rounds("legacy")

    def test_cyrus_lists_the_truth(self):
        self._rounds("cyrus")

    def test_courier_lists_the_truth(self):
        self._rounds("courier")

    def test_mailutils_lists_the_truth(self):
        self._rounds("mailutils")


class QuietTest(unittest.TestCase):
    def setUp(self):
        self.state = Path(fleet.gateway.settings["state"]["path"]).parent
        self.accounts = [fleet.account(server, "kept", *[mail.ordinary(n) for n in range(1, 5)])
                         for server in _SERVERS]

    def polled(self, times):
        """A life of the gateway in which each account is polled so often, and what it leaves on the
        disk, databases with the time of the last change: a write of what stands there already is
        one, too. An empty log of changes is left by who only reads."""
        for _ in range(times):
            for account in self.accounts:
                poll(account)
        self.assertEqual(fleet.gateway.stop(), 0)
        left = {path.name: (path.suffix == ".db" and path.stat().st_mtime_ns,
                            hashlib.sha256(path.read_bytes()).digest())
                for path in self.state.iterdir()
                if path.stat().st_size > 0 and not path.name.endswith("-shm")}
        fleet.gateway.start()
        return left

    def test_polls_of_unchanged_mailboxes_write_nothing(self):
        before = self.polled(2)  # twice: some servers number a mailbox anew until it is SELECTed

        after = self.polled(3)

        self.assertEqual(after, before)
        self.assertLessEqual({"index.db", "state.db"}, set(after))
        self.assertFalse([name for name in after if name.endswith("-wal")])

    def test_a_new_message_is_written_to_both_files(self):
        before = self.polled(2)
        account = self.accounts[0]
        account.server.deliver(account.user, [mail.ordinary(9)])

        after = self.polled(1)

        self.assertNotEqual(after["index.db"], before["index.db"])
        self.assertNotEqual(after["state.db"], before["state.db"])


if __name__ == "__main__":
    unittest.main()
