"""Upstreams of several addresses, some of which refuse or swallow every connection.

The swallower is a listening socket whose queue is full: the kernel drops every further SYN, as a
host does that is gone.
"""

import socket
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import PASSWORD, POLL, QUICK, FaultyUpstreamCase
from tests.integration.gateway import Gateway
from tests.integration.gateway_config import laid_over
from tests.integration.lab.ports import HOST, free_port

UNAVAILABLE = b"-ERR [SYS/TEMP] mail service unavailable, wait and try again\r\n"


class Swallower:
    """An address that answers no SYN."""

    def __init__(self):
        self._listener = socket.create_server((HOST, 0), backlog=0)
        self.port = self._listener.getsockname()[1]
        self._fillers = []
        while True:  # until one is not answered
            filler = socket.socket()
            filler.settimeout(0.3)
            self._fillers.append(filler)
            try:
                filler.connect((HOST, self.port))
            except TimeoutError:
                return

    def close(self):
        for each in (*self._fillers, self._listener):
            each.close()


class AddressesTest(FaultyUpstreamCase):
    def gateway_with(self, changes):
        """A gateway of this test alone, with these settings."""
        settings = laid_over(laid_over(QUICK, {"server": {"workers": 1}}), changes)
        patched = mock.patch.object(type(self), "gateway",
                                    Gateway(self.server, pki=self.pki, settings=settings))
        return self.enterContext(self.enterContext(patched))

    def gateway_to(self, *ports, **changes):
        """The same with an upstream of several addresses, to be tried in this order."""
        backends = [f"{HOST}:{port}" for port in ports]
        return self.gateway_with({"upstream": {"imap": {
            "backends": backends, "balance": "first", **changes}}})

    def swallower(self):
        swallower = Swallower()
        self.addCleanup(swallower.close)
        return swallower

    def test_F015_the_next_address_is_tried_at_once_if_one_refuses(self):
        self.new_user()
        started = self.gateway_to(free_port(), self.server.clear_port)

        heard = self.session(*POLL)

        self.judge(heard)
        self.assertTrue(heard.good("UIDL"), heard.lines)
        self.assert_logged("upstream.failed", stage="tcp", kind="not_listening", backend="0")
        self.assertGreaterEqual(
            started.metric("postern_upstream_retries_total", reason="connect"), 1)

    def test_F016_an_address_that_is_silent_costs_its_own_deadline_only(self):
        self.new_user()
        self.gateway_to(self.swallower().port, self.server.clear_port,
                        connect_timeout="300ms", connect_timeout_total="5s")

        heard = self.session(*POLL)

        self.judge(heard)
        self.assertTrue(heard.good("UIDL"), heard.lines)
        self.assert_logged("upstream.failed", stage="tcp", kind="timeout", backend="0")

    def test_G009_F016_an_upstream_that_is_silent_is_temporary_and_delays_nobody_else(self):
        self.new_user()
        silent = {"url": f"imap://{HOST}:{self.swallower().port}", "tls": "off",
                  "connect_timeout": "3s", "connect_timeout_total": "3s"}
        self.gateway_with({
            "upstream": {"silent": silent},
            "route": [{"user": "*@silent.test", "upstream": "silent"},
                      {"user": "*", "upstream": "imap"}]})
        waiting = self.connect()
        waiting.ask("USER joe@silent.test")
        began = time.monotonic()
        waiting.send(f"PASS {PASSWORD}\r\n".encode())

        heard = self.session(*POLL)
        polled = time.monotonic() - began
        said = waiting.read_line()
        waited = time.monotonic() - began

        self.assertTrue(heard.good("UIDL"), heard.lines)
        self.assertEqual(said, UNAVAILABLE)
        self.assertLess(polled, waited, "the poll was over while the other still waited")


if __name__ == "__main__":
    unittest.main()
