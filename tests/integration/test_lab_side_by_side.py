"""All servers of the laboratory at the same time on one machine.

Some conflict as packages, all want well-known ports and folders: none of that may show here, not
even with two of a kind.
"""

import contextlib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import mail
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.mailutils import Mailutils
from tests.integration.upstream_contract import PASSWORD, USER


class SideBySideTest(unittest.TestCase):
    def test_all_servers_run_together_and_twice(self):
        kinds = (Dovecot, Cyrus, Courier, Mailutils, LegacyFront, Dovecot, Courier)
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(kind()) for kind in kinds]
            for number, server in enumerate(servers):
                server.add_user(USER, PASSWORD)
                server.deliver(USER, [mail.ordinary(number)])

            shown = [list(server.read_back(USER).values()) for server in servers]

        self.assertEqual(shown, [[mail.ordinary(number)] for number in range(len(kinds))])


if __name__ == "__main__":
    unittest.main()
