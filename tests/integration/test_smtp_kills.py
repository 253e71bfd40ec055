"""kill -9 of the gateway, of the upstream and of the client, at points drawn by lot.

Two relays stand before and behind the gateway; one of them stops after so many octets, in one
direction or the other, and there somebody is killed. The upstream is a program that stores what it
takes before it says so; at the end its store is held against what the clients had heard.
"""

import collections
import os
import random
import sys
import unittest
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import scripted_smtp, submit_once
from tests.integration.gateway import Gateway
from tests.integration.lab import process, tls
from tests.integration.lab.ports import free_port
from tests.integration.lab.process import Process, wait_until
from tests.integration.lab.relay import DOWN, UP, Relay
from tests.integration.submission_case import (NEVER_OPENS, PASSWORD, QUICK, USER,
                                               relay_settings)
from tests.support.fault_imap import FaultImap

_SEED = 20_240_607
_SUBMISSIONS = 200
_SECONDS = 30
_ACCEPTED = b"250"
_REPLIES = 8  # of a client that got through to its end
_WATCHED = {"gateway": ("front", "back"), "upstream": ("back",), "client": ("front",)}


@dataclass
class Case:
    """One submission: who was killed where, and what the client had heard."""

    number: int
    victim: str
    relay: str
    direction: str
    octets: int
    heard: list
    dot_sent: bool

    def accepted(self):
        """Whether the whole reply to the message came, and said yes."""
        return len(self.heard) >= _REPLIES - 1 and self.heard[_REPLIES - 2].startswith(_ACCEPTED)


class KillTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = process.work_folder("smtp-kills")
        cls.addClassCleanup(process.remove_folder, cls.folder)
        cls.pki = tls.Pki(cls.folder / "tls")
        cls.store, cls.upstream_port = cls.folder / "store", free_port()
        cls.upstream = None
        cls.start_upstream()
        cls.addClassCleanup(lambda: cls.upstream.stop())
        cls.back = cls.enterClassContext(Relay(cls.upstream_port))
        imap = cls.enterClassContext(FaultImap())
        settings = relay_settings(cls.back.clear_port, smtp={**QUICK, "breaker": NEVER_OPENS})
        settings["log"] = {"level": "info"}
        cls.gateway = cls.enterClassContext(Gateway(imap, pki=cls.pki, settings=settings))
        cls.front = cls.enterClassContext(Relay(cls.gateway.port("device")))

    @classmethod
    def start_upstream(cls):
        cls.upstream = Process([sys.executable, "-B", scripted_smtp.__file__, "--port",
                                cls.upstream_port, "--store", cls.store],
                               cls.folder / "upstream.log", end_signal="KILL")
        cls.upstream.wait_listening(cls.upstream_port)

    def kill(self, victim, client):
        if victim == "gateway":
            self.gateway.kill()
        elif victim == "upstream":
            self.upstream.stop()
        else:
            client.stop()

    def revive(self, victim):
        """Ends all that was open, and starts anew what was killed."""
        if victim == "upstream":
            self.start_upstream()
        for relay in (self.front, self.back):
            relay.renew()
        if victim == "gateway":
            self.gateway.start()

    def submit(self, number):
        """A client on its way, and the file of what it hears."""
        heard = self.folder / f"heard-{number}"
        subject = f"number-{number:>05}"  # all of one length: places are counted in octets
        client = Process([sys.executable, "-I", "-S", "-B", submit_once.__file__,
                          self.front.clear_port, USER, PASSWORD, subject, heard],
                         self.folder / "client.log", end_signal="KILL")
        return client, heard

    def lengths(self):
        """How many octets a sound submission takes, by relay and direction."""
        client, heard = self.submit("sound")
        client.wait(_SECONDS)
        self.assertEqual(len(replies(heard)), _REPLIES, replies(heard))
        return {"front": dict(self.front.passed), "back": dict(self.back.passed)}

    def killed(self, number, victim, name, direction, octets):
        """One submission, in which somebody is killed once so many octets have passed."""
        relay = getattr(self, name)
        relay.allow(**{direction: octets})
        client, path = self.submit(number)
        wait_until(lambda: relay.stopped.is_set() or not client.running(), _SECONDS,
                   "the octet to be killed at")
        dot_sent = self.front.passed[UP] >= self.dot_at
        self.kill(victim, client)
        if victim != "client":
            # What it has not heard yet may still be on its way to it.
            if relay is self.front:
                relay.renew()
            client.wait(_SECONDS)
        case = Case(number, victim, name, direction, octets, replies(path), dot_sent)
        self.revive(victim)
        return case

    def test_S001_S003_S004_F012_F046_G003_G004_no_kill_loses_or_doubles_a_message(self):
        lot, lengths = random.Random(_SEED), self.lengths()
        self.dot_at = lengths["front"][UP] - len(b"QUIT\r\n")
        cases = []
        for number in range(_SUBMISSIONS):
            victim = lot.choice(list(_WATCHED))
            name, direction = lot.choice(_WATCHED[victim]), lot.choice((UP, DOWN))
            octets = lot.randrange(lengths[name][direction])
            with self.subTest(number=number, victim=victim, relay=name, direction=direction,
                              octets=octets):
                cases.append(self.killed(number, victim, name, direction, octets))

        copies = self.copies()
        outcomes = collections.Counter()
        for case in cases:
            with self.subTest(case):
                count = copies[f"number-{case.number:>05}"]
                self.assertLessEqual(count, 1, "never two copies of one attempt")
                if case.accepted():
                    self.assertEqual(count, 1, "250 means that there is a copy")
                if not case.dot_sent and case.relay == "front":
                    self.assertEqual(count, 0, "what has no end is no message")
                outcomes[case.victim, case.accepted(), count] += 1
        for victim in _WATCHED:
            self.assertGreater(outcomes[victim, False, 0], 5, outcomes)
        self.assertTrue(any(outcomes[victim, False, 1] for victim in _WATCHED), outcomes)
        self.assertTrue(any(outcomes[victim, True, 1] for victim in _WATCHED), outcomes)

    def copies(self):
        """Subject to the number of its copies upstream, once nothing is on its way any more."""
        self.assertEqual(self.gateway.stop(), 0)
        for relay in (self.front, self.back):
            relay.renew()
        tasks = Path(f"/proc/{self.upstream.pid}/task")
        wait_until(lambda: len(os.listdir(tasks)) <= 2, _SECONDS, "the end of all connections")
        return collections.Counter(self.store.read_text(encoding="ascii").splitlines())


def replies(path):
    """The last lines of the replies in a file, only those that have come to their end."""
    if not path.exists():
        return []
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


if __name__ == "__main__":
    unittest.main()
