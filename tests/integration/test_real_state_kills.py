"""kill -9 of the gateway, two hundred times, while it writes index.db and state.db.

Before a real Dovecot, four users change their mailboxes by IMAP and poll by POP3, over and over and
all at once, until the gateway is gone; then it is started anew. Most polls find something new, so
new UIDLs and a new index are on their way to the disk most of the time. Each list is what IMAP
says, be it the first after a kill or the part that came before one.

Messages say themselves what their UIDL should be, and many say the same, so that a UIDL depends on
those that were given before: if one were lost, another message would get it.
"""

import contextlib
import random
import re
import shutil
import sqlite3
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import RawPop3
from tests.integration.fleet import PASSWORD
from tests.integration.gateway import Gateway
from tests.integration.lab import mail
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.process import remove_folder, work_folder
from tests.integration.lab.upstream import expect_ok

_KILLS = 200
_LIFE_SECONDS = 0.2  # at most, from the first poll to the kill
_MAILBOXES = (12, 12, 12, 1500)  # messages at the beginning; the last needs several chunks
_INDEX_LOST = 10  # each so many kills the index is taken away, and has to be made
_GONE = (EOFError, ConnectionError)


@dataclass(frozen=True)
class Left:
    """Rows in the files after a kill."""

    uidls: int
    indexed: int  # mailboxes


def message(chance):
    """Mail that wants a UIDL that others want, too, or leaves it to the gateway."""
    wanted = chance.choice((b"", b"X-UIDL: first\r\n", b"X-UIDL: second\r\n"))
    return wanted + mail.ordinary(chance.randrange(1, 1000), octets=300)


def said_ok(line):
    """Passes a line on that came to its end: a line that did not is the end of the gateway."""
    if not line.endswith(b"\r\n"):
        raise EOFError
    if not line.startswith(b"+OK"):
        raise AssertionError(f"refused: {line!r}")
    return line


class User:
    """Somebody with a mailbox, and all that was ever heard of it."""

    def __init__(self, server, gateway, number, count):
        self.name = f"u{number}@example.test"
        self.cut = 0  # polls that ended with the gateway
        self._gateway, self._chance = gateway, random.Random(number)
        self._uidls, self._uids = {}, {}  # what clients heard: UID to UIDL, and back
        server.add_user(self.name, PASSWORD)
        server.deliver(self.name, [message(self._chance) for _ in range(count)])
        self._connection = server.connect()
        expect_ok(self._connection.login(self.name, PASSWORD))
        self.sizes = self.listed_by_imap()  # what is there: UID to octets

    def close(self):
        self._connection.logout()

    @property
    def heard(self):
        """How many UIDLs a client has heard."""
        return len(self._uidls)

    def listed_by_imap(self):
        expect_ok(self._connection.select("INBOX"))
        lines = expect_ok(self._connection.uid("FETCH", "1:*", "(UID RFC822.SIZE)"))
        return {int(uid): int(size) for uid, size in
                (re.search(rb"UID (\d+) RFC822.SIZE (\d+)", line).groups() for line in lines)}

    def live(self):
        """Changes and polls until the gateway is gone."""
        try:
            while True:
                self.change()
                self.poll()
        except _GONE:
            pass

    def change(self):
        """Mail comes, mail goes, or neither."""
        for _ in range(self._chance.choice((0, 1, 1, 2))):
            octets = message(self._chance)
            said = expect_ok(self._connection.append("INBOX", None, None, octets))
            self.sizes[int(re.search(rb"APPENDUID \d+ (\d+)", said[0])[1])] = len(octets)
        gone = self._chance.sample(list(self.sizes), self._chance.choice((0, 0, 1, 2)))
        if gone and len(self.sizes) > 5:
            chosen = ",".join(map(str, gone))
            expect_ok(self._connection.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)"))
            expect_ok(self._connection.uid("EXPUNGE", chosen))
            for uid in gone:
                del self.sizes[uid]

    def poll(self):
        """A whole session; what is heard of a list is right even if its end is not heard."""
        with RawPop3("localhost", self._gateway.port()) as pop3:
            try:
                said_ok(pop3.greeting())
                said_ok(pop3.ask(f"USER {self.name}"))
                said_ok(pop3.ask(f"PASS {PASSWORD}"))
                self._hear(pop3, "LIST", lambda uid, word: int(word) == self.sizes[uid])
                self._hear(pop3, "UIDL", self._is_uidl_of)
                said_ok(pop3.ask("QUIT"))
            except _GONE:
                self.cut += 1
                raise

    def _hear(self, pop3, command, is_right):
        said_ok(pop3.ask(command))
        here = list(self.sizes)
        lines = 0
        while (line := pop3.read_line()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                raise EOFError
            number, word = line.split()
            lines += 1
            if int(number) != lines or lines > len(here) or not is_right(here[lines - 1], word):
                raise AssertionError(f"{self.name}: {command} said {line!r} of {self.sizes}")
        if lines != len(here):
            raise AssertionError(f"{self.name}: {command} has {lines} of {len(here)} messages")

    def _is_uidl_of(self, uid, word):
        """The UIDL that it was before, and never another's, gone or not."""
        return self._uidls.setdefault(uid, word) == word and self._uids.setdefault(word, uid) == uid


class StateKillTest(unittest.TestCase):
    def setUp(self):
        server = self.enterContext(Dovecot())
        settings = {"pop3": {"uidl_header": True}, "log": {"level": "info"}}
        self.gateway = self.enterContext(Gateway(server, settings=settings))
        self.users = []
        for number, count in enumerate(_MAILBOXES):
            self.users.append(User(server, self.gateway, number, count))
            self.addCleanup(self.users[-1].close)
        self.state = Path(self.gateway.settings["state"]["path"]).parent
        self.copies = work_folder("state-copies")
        self.addCleanup(remove_folder, self.copies)

    def test_F055_kills_while_the_state_is_written_make_no_list_wrong(self):
        for user in self.users:
            user.poll()
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start()

        kept_untold = indexed = 0
        for kill in range(1, _KILLS + 1):
            self.kill_amid_polls(random.Random(kill).uniform(0, _LIFE_SECONDS))
            state = self.files_left()
            told = sum(user.heard for user in self.users)
            self.assertGreaterEqual(state.uidls, told)
            self.assertGreaterEqual(state.indexed, indexed)
            kept_untold += state.uidls > told
            indexed = state.indexed
            if kill % _INDEX_LOST == 0:
                self.take_index_away()
                indexed = 0
            self.gateway.start()

        for user in self.users:
            user.poll()
            self.assertEqual(user.listed_by_imap(), user.sizes)
        self.check_nothing_was_wrong()
        self.assertGreater(sum(user.cut for user in self.users), _KILLS)
        self.assertGreater(kept_untold, 0, "no kill came between a commit and its answer")

    def kill_amid_polls(self, seconds):
        with ThreadPoolExecutor(len(self.users)) as pool:
            lives = [pool.submit(user.live) for user in self.users]
            threading.Event().wait(seconds)
            self.gateway.kill()
        for life in lives:
            life.result()

    def files_left(self):
        """What is in the files as they lie there; both are whole."""
        copy = self.copies / "state"
        shutil.copytree(self.state, copy)
        self.assertFalse(list(copy.glob("*.bad")))
        left = Left(uidls=self.rows(copy / "state.db", "uidl_alias"),
                    indexed=self.rows(copy / "index.db", "mailbox"))
        shutil.rmtree(copy)
        return left

    def rows(self, path, table):
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA synchronous = OFF")  # it is a copy
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            tables = "SELECT count(*) FROM sqlite_master WHERE name = ?"
            if database.execute(tables, (table,)).fetchone()[0] == 0:
                return 0  # killed before it was made
            return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def take_index_away(self):
        for path in self.state.glob("index.db*"):
            path.unlink()

    def check_nothing_was_wrong(self):
        """No process found a file that it could not use, or a list that could not be."""
        wrong = {"cache.failed", "cache.replaced", "index.distrusted"}
        self.assertFalse(wrong & {event.name for event in self.gateway.events()})
        self.assertEqual(self.gateway.metric("postern_cache_errors_total"), 0)


if __name__ == "__main__":
    unittest.main()
