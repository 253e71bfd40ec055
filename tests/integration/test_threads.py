"""Two workers, sessions, reloads and scrapes at the same time: nothing is shared by mistake.

Meant for the binary of preset `tsan`, whose reports are searched for; with any other binary it
still holds that all of it works at once.
"""

import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.gateway_case import MAIL, GatewayCase

CLIENTS = 4
SESSIONS_EACH = 12
RELOADS = 12
SCRAPERS = 2
MESSAGES = 5


class ThreadsTest(GatewayCase):
    def setUp(self):
        super().setUp()
        self.failures = []

    def run_all(self, *works):
        """Runs the works at once, each in a thread, to their ends."""
        threads = [threading.Thread(target=self._guarded, args=work) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(180)
            self.assertFalse(thread.is_alive(), "a thread hangs")
        if self.failures:
            raise self.failures[0]

    def _guarded(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as failure:  # told by the thread that asserts
            self.failures.append(failure)

    def assert_clean_end(self, gateway):
        """It ends by itself and well; a report of the sanitizer is shown, not the whole log."""
        status = gateway.wait_ended(60)
        log = gateway.log()
        report = log.partition("ThreadSanitizer")
        self.assertEqual(report[1], "", report[2][:8000])
        self.assertEqual(status, 0, log[-2000:])

    def sessions(self, gateway, user, mode):
        """Polls and drains of one user's maildrop, in turn."""
        for _ in range(SESSIONS_EACH):
            inbox = self.server.inbox(user)
            for _ in range(MESSAGES):
                inbox.add(MAIL * 50)
            pop3 = self.connect(gateway, "implicit" if mode == "implicit" else "clear")
            with pop3:
                if mode == "stls":
                    pop3.stls(self.pki.client_context())
                self.assertEqual(pop3.log_in(user, "secret")[:3], b"+OK")
                self.assertEqual(pop3.ask("STAT").split()[1], b"%d" % MESSAGES)
                for number in range(1, MESSAGES + 1):
                    self.assertEqual(pop3.ask_multiline(f"RETR {number}")[0][:3], b"+OK")
                    self.assertEqual(pop3.ask(f"DELE {number}")[:3], b"+OK")
                self.assertEqual(pop3.ask("QUIT")[:3], b"+OK")
            self.assertEqual(inbox.uids(), [])

    def failures_of_clients(self, gateway):
        """Logins that are refused, and connections that come and go in every state."""
        for _ in range(SESSIONS_EACH):
            refused = self.connect(gateway)
            self.assertEqual(refused.log_in("user0@example.test", "wrong")[:4], b"-ERR")
            refused.reset()
            self.connect(gateway, "implicit").reset()

    def reloads(self, gateway):
        for round_ in range(RELOADS):
            level = "debug" if round_ % 2 else "info"
            self.assertTrue(gateway.reload({"log": {"level": level}}))

    def scrapes(self, gateway, finished):
        while not finished.is_set():
            gateway.metrics()
            self.assertTrue(gateway.ready())

    def test_workers_reloads_and_scrapes_do_not_race(self):
        users = [f"user{number}@example.test" for number in range(CLIENTS)]
        for user in users:
            self.server.add_user(user, "secret")
        gateway = self.start({"server": {"workers": 2}})
        finished = threading.Event()
        scrapers = [threading.Thread(target=self._guarded, args=(self.scrapes, gateway, finished))
                    for _ in range(SCRAPERS)]
        for scraper in scrapers:
            scraper.start()
        modes = ["clear", "stls", "implicit", "clear"]
        try:
            self.run_all(*((self.sessions, gateway, user, mode)
                           for user, mode in zip(users, modes)),
                         (self.failures_of_clients, gateway), (self.reloads, gateway))
        finally:
            finished.set()
            for scraper in scrapers:
                scraper.join(30)
        self.assertEqual(self.failures, [])
        idle = [self.connect(gateway) for _ in range(3)]

        gateway.terminate()

        self.assert_clean_end(gateway)
        self.assertTrue(all(pop3.read_to_end()[1] for pop3 in idle))

    def test_ends_in_the_middle_of_everything(self):
        self.server.add_user("user0@example.test", "secret")
        for _ in range(20):
            self.server.inbox("user0@example.test").add(MAIL * 2000)
        gateway = self.start({"server": {"workers": 2, "drain_timeout": "1s"}})
        stalled = []
        for mode in ("clear", "implicit") * 3:
            pop3 = self.connect(gateway, mode, receive_buffer=4096)
            self.assertEqual(pop3.log_in("user0@example.test", "secret")[:3], b"+OK")
            pop3.send(b"".join(b"RETR %d\r\n" % number for number in range(1, 21)))
            stalled.append(pop3)

        gateway.terminate()
        gateway.wait_for_event("process.stopping")

        self.assert_clean_end(gateway)


if __name__ == "__main__":
    unittest.main()
