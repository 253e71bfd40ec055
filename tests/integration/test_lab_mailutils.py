"""GNU mailutils imap4d as the laboratory runs it.

It is here for the rules that it breaks; what all servers must do, it does.
"""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab.mailutils import Mailutils
from tests.integration.upstream_contract import PASSWORD, USER, UpstreamContract


class MailutilsTest(UpstreamContract, unittest.TestCase):
    make_server = Mailutils

    def test_a_user_needs_a_domain(self):
        with self.assertRaises(ValueError):
            self.server.add_user("joe", PASSWORD)

    def test_has_no_uidplus(self):
        self.assertNotIn("UIDPLUS", self.server.capabilities(USER))


if __name__ == "__main__":
    unittest.main()
