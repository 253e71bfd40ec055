"""What becomes of a session whose upstream goes away between two commands.

The link is made again when it is needed, at most a few times, and only to the same mailbox; what
needs no upstream answers all the while (mapping of loss to replies: F-036, F-037, F-043).
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import (FAULTS, LARGE, LISTS, SECOND, SMALL, UIDS,
                                             FaultyUpstreamCase)

UNREADABLE = b"-ERR [SYS/TEMP] cannot read message"
CHANGED = b"-ERR [SYS/TEMP] mailbox changed, log in again\r\n"
ENDINGS = {
    "bye": [["after", "* BYE restarting\r\n"], "close"],
    "fin": ["close"],
    "rst": ["reset"],
    "alert": ["close_tls"],
}


class ReconnectFaults:
    """The rows; the classes at the end say how the upstream is reached."""

    entry = ("greeting", "login", "select")

    def lost(self, ending="fin"):
        """A client whose link ended behind the answer to its RETR 2."""
        self.new_user()
        client = self.entered()
        self.server.on("UID FETCH 5 ", *ENDINGS[ending])
        self.assertEqual(client.say("RETR 2").bodies["RETR 2"], SECOND)
        self.server.wait_closed()
        return client

    def test_G007_F036_F037_F042_F043_M135_the_next_retr_reconnects_and_delivers(self):
        for ending in ENDINGS:
            with self.subTest(ending):
                client = self.lost(ending)
                connections = len(self.server.sessions)

                heard = client.say("RETR 1", *LISTS, "RETR 3", "DELE 1", "QUIT")

                self.assertEqual(heard.bodies["RETR 1"], SMALL)
                self.assertEqual(heard.bodies["RETR 3"], LARGE)
                self.judge(heard)
                self.assertTrue(heard.good("QUIT"), heard.lines)
                self.assertEqual(len(self.server.sessions), connections + 1)

    def test_F037_a_closed_link_costs_nothing_until_it_is_needed(self):
        client = self.lost()
        connections = len(self.server.sessions)

        heard = client.say(*LISTS, "NOOP", "DELE 1", "RSET", "QUIT")

        self.judge(heard)
        self.assertEqual(len(self.server.sessions), connections + 1, "for \\Seen, at QUIT")

    def test_F041_M124_quit_reconnects_to_delete(self):
        client = self.lost()

        heard = client.say("DELE 1", "QUIT")

        self.assertEqual(heard.said("QUIT"), b"+OK bye\r\n")
        self.assertEqual(self.inbox.uids(), list(UIDS[1:]))

    def test_G001_G007_F027_M136_another_uidvalidity_ends_the_session(self):
        for script in (["RETR 1"], ["TOP 1 0"], ["DELE 1", "QUIT"]):
            with self.subTest(script):
                client = self.lost()
                self.inbox.renumber()
                seen = len(self.server.commands)

                heard = client.say(*script)

                self.assertEqual(heard.said(script[-1]), CHANGED)
                self.assertIn(client.read_to_end()[1], ("closed", "reset"))
                said = [command.line for command in self.server.commands[seen:]]
                self.assertFalse([line for line in said if line.startswith("UID ")], said)
                self.assertEqual(len(self.inbox.uids()), len(UIDS))

    def test_M137_F015_while_the_upstream_is_down_the_rest_still_answers(self):
        client = self.lost()
        self.server.refuse_connections()
        self.addCleanup(self.server.listen_again)

        heard = client.say("RETR 1", *LISTS, "NOOP", "DELE 2", "RSET", "DELE 2", "TOP 1 0")

        for command in (*LISTS, "NOOP", "DELE 2", "RSET"):
            self.assertTrue(heard.said(command).startswith(b"+OK"), (command, heard.lines))
        for command in ("RETR 1", "TOP 1 0"):
            self.assertTrue(heard.said(command).startswith(UNREADABLE), heard.lines)
        self.assertTrue(client.say("QUIT").said("QUIT").startswith(b"-ERR [SYS/TEMP]"))
        self.assertEqual(self.inbox.uids(), list(UIDS))

    def test_F036_every_fault_on_the_way_back_is_told_and_the_session_lives(self):
        for step in self.entry:
            for fault in FAULTS:
                with self.subTest(step=step, fault=fault):
                    client = self.lost()
                    self.server.on({"greeting": "greeting", "login": "LOGIN|AUTHENTICATE",
                                    "select": "SELECT|EXAMINE", "starttls": "STARTTLS"}[step],
                                   *FAULTS[fault], times=None)

                    heard = client.say("RETR 1")
                    self.server.forget_rules()

                    if (step, fault) == ("login", "no"):
                        self.assertEqual(heard.said("RETR 1"), CHANGED)
                        continue
                    self.assertTrue(heard.said("RETR 1").startswith(UNREADABLE), heard.lines)
                    heard = client.say("RETR 1", "DELE 1", "QUIT")
                    self.assertEqual(heard.bodies["RETR 1"], SMALL)
                    self.assertTrue(heard.good("QUIT"), heard.lines)

    def test_F036_a_session_reconnects_a_few_times_only(self):
        self.new_user()
        client = self.entered()
        self.server.on("UID FETCH", "close", times=None)

        for _ in range(4):  # the first, and three reconnects
            self.assertTrue(client.say("RETR 1").good("RETR 1"))
            self.server.wait_closed()
        connections = len(self.server.sessions)
        heard = client.say("RETR 2", "STAT")

        self.assertTrue(heard.said("RETR 2").startswith(UNREADABLE), heard.lines)
        self.assertTrue(heard.good("STAT"))
        self.assertEqual(len(self.server.sessions), connections)


class ClearReconnectTest(ReconnectFaults, FaultyUpstreamCase):
    upstream_tls = "clear"


class ImplicitTlsReconnectTest(ReconnectFaults, FaultyUpstreamCase):
    upstream_tls = "implicit"


class StarttlsReconnectTest(ReconnectFaults, FaultyUpstreamCase):
    upstream_tls = "starttls"
    entry = ("greeting", "starttls", "login", "select")


class NoSecretKeptTest(FaultyUpstreamCase):
    """Without the password there is no way back."""

    settings = {"auth": {"keep_secret": False}}

    def test_F036_a_link_is_not_made_again_if_secrets_are_not_kept(self):
        self.new_user()
        client = self.entered()
        self.server.on("UID FETCH", "close")
        client.say("RETR 1")
        self.server.wait_closed()
        connections = len(self.server.sessions)

        heard = client.say("RETR 2", "STAT")

        self.assertTrue(heard.said("RETR 2").startswith(UNREADABLE), heard.lines)
        self.assertTrue(heard.good("STAT"))
        self.assertEqual(len(self.server.sessions), connections)


if __name__ == "__main__":
    unittest.main()
