"""What large mail and slow readers cost: memory that does not grow with the mail.

The bodies are made by the fault server as they go out, and nobody ever holds one whole.
"""

import itertools
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_gateway import SMALL, FaultyUpstreamCase
from tests.integration.lab.process import wait_until

MIB = 1 << 20
SMALL_BUFFER = 4096
STALL_SECONDS = 1.0  # without an octet from the upstream: nobody reads
MILLION = 1_000_000
LINES = b"Subject: huge\r\n\r\n" + b"0123456789 and so on to the end of the line\r\n" * 700


class LargeMailTest(FaultyUpstreamCase):
    # The upstream may wait long for a client that stalls, and machines may be slow.
    settings = {"upstream": {"imap": {"body_idle": "60s", "command_timeout": "60s",
                                      "load_idle": "60s", "login_timeout": "60s"}},
                "server": {"workers": 2}}

    def new_large(self, octets):
        """A user with one message of that size."""
        self.new_user(LINES)
        self.inbox.find(1).told_size = octets

    def serve_huge(self, octets):
        """Every body is that large from now on; its last line may be cut."""
        self.server.on("UID FETCH .*BODY", ["huge", octets], times=None)

    # The process, as the kernel counts it.

    def memory(self, name):
        """VmRSS or VmHWM, in octets."""
        status = Path(f"/proc/{self.gateway.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
        return int(line.split()[1]) * 1024

    def forget_peak(self):
        Path(f"/proc/{self.gateway.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def wait_stalled(self):
        """Returns once the upstream has not been able to send anything for a while."""
        last = [self.server.octets_sent(), time.monotonic()]

        def stalled():
            sent, now = self.server.octets_sent(), time.monotonic()
            if sent != last[0]:
                last[:] = sent, now
            return now - last[1] > STALL_SECONDS

        wait_until(stalled, 120, "a stall of the upstream")

    def take_mail(self, client, octets):
        """Reads the answer to RETR to its end, and keeps nothing; the last octets."""
        left = octets
        tail = b""
        buffer = bytearray(4 * MIB)
        while not tail.endswith(b"\r\n.\r\n"):
            count = client.connection.recv_into(buffer)
            self.assertGreater(count, 0, "the end is missing")
            tail = (tail + bytes(buffer[max(0, count - 16):count]))[-16:]
            left -= count
        self.assertLessEqual(left, 0, "as long as the upstream said")

    def test_M109_mail_of_a_gibibyte_costs_less_than_four_mebibytes(self):
        self.new_large(1024 * MIB)
        self.serve_huge(100 * MIB)
        client = self.entered()
        client.send(b"RETR 1\r\n")
        self.take_mail(client, 100 * MIB)  # whatever a first mail takes is there now
        self.server.forget_rules()
        self.serve_huge(1024 * MIB)
        self.forget_peak()
        before = self.memory("VmRSS")

        client.send(b"RETR 1\r\n")
        self.take_mail(client, 1024 * MIB)

        self.assertLess(self.memory("VmHWM") - before, 4 * MIB)

    def test_M114_a_client_that_stops_reading_stops_the_upstream(self):
        self.new_large(50 * MIB)
        self.serve_huge(50 * MIB)
        client = self.entered(receive_buffer=SMALL_BUFFER)
        before = self.server.octets_sent()

        client.send(b"RETR 1\r\n")
        self.wait_stalled()

        self.assertLess(self.server.octets_sent() - before, 16 * MIB)
        self.take_mail(client, 50 * MIB)
        self.assertGreater(self.server.octets_sent() - before, 50 * MIB)

    def test_T046_two_hundred_stalled_readers_cost_less_than_600_kib_each(self):
        readers = 200
        clients = []
        for _ in itertools.repeat(None, readers):
            self.new_large(50 * MIB)
            clients.append(self.entered(receive_buffer=SMALL_BUFFER))
        self.serve_huge(50 * MIB)
        before = self.memory("VmRSS")

        for client in clients:
            client.send(b"RETR 1\r\n")
        self.wait_stalled()

        self.assertEqual(len(self.server.lines("UID FETCH 1 .UID BODY")[-readers:]), readers)
        self.assertLess(self.memory("VmRSS") - before, readers * 600 * 1024)
        self.take_mail(clients[-1], 50 * MIB)

    def serve_million(self):
        """The mailbox says that it has a million messages, and lists them."""
        lines = "".join(f"* {n} FETCH (UID {n} RFC822.SIZE {1000 + n % 1000})\r\n"
                        for n in range(1, MILLION + 1))
        self.server.on("SELECT", ["drop", r"\d+ EXISTS"], ["before", f"* {MILLION} EXISTS\r\n"])
        self.server.on(r"UID FETCH 1:\*", ["replace", lines + "{tag} OK listed\r\n"])

    def read_listing(self, client, command):
        """Reads a long answer to its end, and keeps nothing; the number of its lines."""
        client.send(command + b"\r\n")
        lines, tail = 0, b""
        buffer = bytearray(4 * MIB)
        while not tail.endswith(b"\r\n.\r\n"):
            count = client.connection.recv_into(buffer)
            self.assertGreater(count, 0, "the end is missing")
            lines += buffer.count(b"\n", 0, count)
            tail = (tail + bytes(buffer[max(0, count - 16):count]))[-16:]
        return lines

    def test_T046_a_million_messages_take_their_16_octets_and_their_lists_nothing(self):
        self.new_user(SMALL)
        client = self.entered()
        client.say("QUIT")
        self.new_user(SMALL)
        self.serve_million()
        before = self.memory("VmRSS")

        client = self.entered()

        # Once for the session, once for the index, which is kept in memory here.
        self.assertLess(self.memory("VmRSS") - before, 2 * 16 * MILLION + 8 * MIB)
        self.forget_peak()
        before = self.memory("VmRSS")
        self.assertEqual(self.read_listing(client, b"LIST"), MILLION + 2)
        self.assertEqual(self.read_listing(client, b"UIDL"), MILLION + 2)
        self.assertLess(self.memory("VmHWM") - before, 4 * MIB)

    def test_M113_TOP_of_a_large_message_takes_little_from_the_upstream(self):
        self.new_user(LINES * 2000)
        client = self.entered()
        before = self.server.octets_sent()

        heard = client.say("TOP 1 5")

        self.assertEqual(heard.bodies["TOP 1 5"], b"".join(LINES.splitlines(True)[:7]))
        self.assertLess(self.server.octets_sent() - before, 64 * 1024)

    def test_T049_an_announced_gigabyte_takes_no_memory_before_it_comes(self):
        self.new_large(1000 * MIB)
        self.server.on("UID FETCH .*BODY", ["announce", 1000 * MIB], "close", times=None)
        client = self.entered()
        self.forget_peak()
        before = self.memory("VmRSS")

        heard = client.say("RETR 1")

        self.assertNotIn("RETR 1", heard.bodies)
        self.assertLess(self.memory("VmHWM") - before, 4 * MIB)


if __name__ == "__main__":
    unittest.main()
