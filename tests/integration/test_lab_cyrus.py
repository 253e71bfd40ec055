"""Cyrus as the laboratory runs it: it keeps bare LF and NUL.

Beside what all servers must do: its realm for users without a domain, and its POP3.
"""

import poplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import mail
from tests.integration.lab.cyrus import Cyrus
from tests.integration.upstream_contract import PASSWORD, UpstreamContract


class CyrusTest(UpstreamContract, unittest.TestCase):
    make_server = Cyrus
    not_taken = ("zero",)

    def test_a_user_may_have_no_domain(self):
        self.server.add_user("ann", PASSWORD)
        self.server.deliver("ann", [mail.ordinary(1)])

        self.assertEqual(list(self.server.read_back("ann").values()), [mail.ordinary(1)])

    def test_serves_pop3(self):
        user = self.fresh_user(mail.ordinary(1))
        pop3 = poplib.POP3(self.server.host, self.server.pop3_port, timeout=10)
        self.addCleanup(pop3.quit)

        pop3.user(user)
        pop3.pass_(PASSWORD)

        self.assertEqual(pop3.stat()[0], 1)


if __name__ == "__main__":
    unittest.main()
