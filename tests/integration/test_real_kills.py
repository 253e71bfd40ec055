"""kill -9 of the gateway at every stage of DELE and QUIT, before a real Dovecot.

A relay between the two stops after so many octets of the commit, in one direction or the other; the
gateway is killed there, or at the end of a commit that took fewer. Then the mailbox is looked at,
and the gateway started anew.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import open_maildrop
from tests.integration.fleet import PASSWORD, Account
from tests.integration.gateway import Gateway
from tests.integration.lab import mail
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.process import wait_until
from tests.integration.lab.relay import Relay

_MESSAGES = [mail.ordinary(number) for number in range(1, 6)]
_GO = {2, 4}  # the UIDs that are deleted, and the numbers
_STATES = {"untouched": (set(), set()), "flagged": (set(), _GO), "deleted": (_GO, set())}
_KILLS = 30  # in each direction
_SECONDS = 20


class KillTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Dovecot())
        cls.relay = cls.enterClassContext(Relay(cls.server.clear_port))
        cls.gateway = cls.enterClassContext(Gateway(cls.relay, pki=cls.server.pki))

    def account(self):
        account = Account(self.server, f"u{len(self.server.passwords)}@example.test", PASSWORD)
        self.server.add_user(account.user, PASSWORD)
        self.server.deliver(account.user, _MESSAGES)
        return account

    def session(self, account):
        return open_maildrop(self.gateway.maildrop(account.user, PASSWORD))

    def killed_at(self, direction, octets):
        """What is left of a mailbox, and whether the client was told +OK."""
        account = self.account()
        with self.session(account) as pop3:
            pop3.ask_multiline("RETR 1")
            self.relay.allow(**{direction: octets})
            pop3.send(b"DELE 2\r\nDELE 4\r\nQUIT\r\n")
            wait_until(self.relay.over.is_set, _SECONDS, "the octet to be killed at")
            self.gateway.kill()
            heard = pop3.read_to_end()[0]
        self.relay.renew()
        self.gateway.start()
        return account, b"+OK bye" in heard

    def commit_octets(self):
        """How many octets a commit takes upstream and back."""
        account = self.account()
        with self.session(account) as pop3:
            pop3.ask_multiline("RETR 1")
            self.relay.allow()
            said = pop3.pipeline("DELE 2", "DELE 4", "QUIT")
            pop3.read_to_end()
        self.assertEqual(said[-1], b"+OK bye\r\n")
        return dict(self.relay.passed)

    def check(self, account, promised):
        left = account.look()
        stays = {uid: held for uid, held in left.items() if uid not in _GO}
        gone = _GO - set(left)
        flagged = {uid for uid in _GO & set(left) if r"\Deleted" in left[uid]}

        self.assertEqual(list(stays), [1, 3, 5])
        self.assertFalse({r"\Deleted"} & set().union(*stays.values()))
        self.assertIn((gone, flagged), _STATES.values())
        if promised:
            self.assertEqual(gone, _GO)
        return len(left), next(name for name, state in _STATES.items() if state == (gone, flagged))

    def check_next_session(self, account, count):
        """The gateway, started anew, shows what is there and can finish the work."""
        with self.session(account) as pop3:
            self.assertEqual(pop3.ask("STAT").split()[1], b"%d" % count)
            for number in range(1, count + 1):
                pop3.ask(f"DELE {number}")
            self.assertEqual(pop3.ask("QUIT"), b"+OK bye\r\n")
        self.assertEqual(account.look(), {})

    def test_F055_G001_G011_a_kill_leaves_nothing_done_or_flagged_or_deleted(self):
        outcomes = set()
        for direction, all_octets in self.commit_octets().items():
            for step in range(_KILLS):
                octets = all_octets * step // _KILLS
                with self.subTest(direction=direction, octets=octets):
                    account, promised = self.killed_at(direction, octets)
                    count, state = self.check(account, promised)
                    outcomes.add(state)
                    self.check_next_session(account, count)

        self.assertEqual(outcomes, set(_STATES), "no kill found the mailbox in each of its states")

    def test_G001_a_kill_before_quit_leaves_the_mailbox_as_it_was(self):
        account = self.account()
        with self.session(account) as pop3:
            pop3.ask_multiline("RETR 1")
            said = pop3.pipeline("DELE 1", "DELE 2")
            self.gateway.kill()

        self.gateway.start()
        self.assertEqual([line[:3] for line in said], [b"+OK"] * 2)
        self.assertEqual(account.look(), {uid: set() for uid in range(1, 6)})


if __name__ == "__main__":
    unittest.main()
