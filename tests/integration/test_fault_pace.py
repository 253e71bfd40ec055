"""How many sessions a user may have at one time, and how often one may log in."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import PASSWORD, UIDS, FaultyUpstreamCase

IN_USE = b"-ERR [IN-USE] maildrop locked by another session\r\n"


class SessionsTest(FaultyUpstreamCase):
    def test_M130_the_ninth_session_of_a_user_is_refused(self):
        self.new_user()
        clients = [self.entered() for _ in range(8)]

        self.assertEqual(self.log_in().heard.said("PASS"), IN_USE)

        self.assertEqual(clients[0].say("QUIT").ending, "closed")
        self.assertTrue(self.log_in().heard.good("PASS"))

    def test_M130_other_users_are_not_concerned(self):
        self.new_user()
        for _ in range(8):
            self.entered()
        self.new_user()

        self.assertTrue(self.log_in().heard.good("PASS"))


class RefusingLockTest(FaultyUpstreamCase):
    settings = {"pop3": {"lock": "refuse"}}

    def test_M130_the_second_session_is_refused_until_the_first_is_over(self):
        self.new_user()
        first = self.entered()

        self.assertEqual(self.log_in().heard.said("PASS"), IN_USE)
        self.assertTrue(first.say("DELE 1", "QUIT").good("QUIT"))

        self.assertTrue(self.log_in().heard.good("PASS"))
        self.assertEqual(self.inbox.uids(), list(UIDS[1:]))


class StealingLockTest(FaultyUpstreamCase):
    settings = {"pop3": {"lock": "steal"}}

    def test_G001_M130_the_second_session_ends_the_first_and_nothing_is_committed(self):
        self.new_user()
        first = self.entered()
        self.assertTrue(first.say("DELE 1").good("DELE 1"))

        second = self.entered()

        said, ending = first.read_to_end()
        self.assertIn(ending, ("closed", "reset"))
        self.assertNotIn(b"+OK", said)
        self.assertTrue(second.say("DELE 2", "QUIT").good("QUIT"))
        self.server.wait_closed()
        self.assertEqual(self.inbox.uids(), [3, 8, 9])


class LoginDelayTest(FaultyUpstreamCase):
    settings = {"pop3": {"login_delay": "1h"}}

    def log_in_with(self, password):
        client = self.connect()
        return client.log_in(self.user, password)

    def test_M131_the_delay_is_announced(self):
        self.new_user()
        client = self.connect()

        before = client.ask_multiline("CAPA")[1]
        client.say(f"USER {self.user}", f"PASS {PASSWORD}")
        after = client.ask_multiline("CAPA")[1]

        self.assertIn(b"LOGIN-DELAY 3600 USER\r\n", before)
        self.assertIn(b"LOGIN-DELAY 3600\r\n", after)

    def test_M131_the_second_login_is_refused_without_asking_the_upstream(self):
        self.new_user()
        self.assertTrue(self.session("QUIT").good("QUIT"))
        connections = len(self.server.sessions)

        said = self.log_in_with(PASSWORD)

        self.assertTrue(said.startswith(b"-ERR [LOGIN-DELAY]"), said)
        self.assertEqual(len(self.server.sessions), connections)

    def test_M131_a_wrong_password_learns_nothing_of_the_delay(self):
        self.new_user()
        before = self.log_in_with("wrong")
        self.assertTrue(self.session("QUIT").good("QUIT"))

        after = self.log_in_with("wrong again")

        self.assertTrue(before.startswith(b"-ERR [AUTH]"), before)
        self.assertEqual(after, before)
        self.assertEqual(len(self.server.lines("LOGIN|AUTHENTICATE", self.last_session())), 1)

    def last_session(self):
        return len(self.server.sessions)


if __name__ == "__main__":
    unittest.main()
