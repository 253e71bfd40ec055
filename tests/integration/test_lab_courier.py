"""Courier as the laboratory runs it, without touching /etc/courier or /run/courier.

Beside what all servers must do: the habits for which Courier is here.
"""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import mail
from tests.integration.lab.courier import Courier
from tests.integration.lab.upstream import expect_ok
from tests.integration.upstream_contract import USER, UpstreamContract


class CourierTest(UpstreamContract, unittest.TestCase):
    make_server = Courier

    def test_the_machine_has_no_courier_of_its_own_from_us(self):
        self.assertTrue((self.server.folder / "run/courier/authdaemon/socket").exists())
        self.assertFalse(os.path.exists("/run/courier/authdaemon/socket"))

    def test_select_does_not_tell_uidnext(self):
        with self.server.imap(USER) as connection:
            self.assertEqual(connection.response("UIDNEXT")[1], [None])

    def test_a_message_expunged_elsewhere_is_invented(self):
        user = self.fresh_user(mail.ordinary(1), mail.ordinary(2))
        with self.server.imap(user) as connection:
            self.server.expunge_elsewhere(user, 1)

            parts = expect_ok(connection.uid("FETCH", "1", "(UID BODY.PEEK[])"))

        self.assertNotEqual(parts[0][1], mail.ordinary(1))
        self.assertIn(b"Subject: message unavailable", parts[0][1])


if __name__ == "__main__":
    unittest.main()
