"""Whether the shipped binary speaks systemd's way: readiness, reload, signs of life, sockets.

The test plays systemd: a datagram socket for NOTIFY_SOCKET (sd_notify(3)), a listening socket as
descriptor 3 (sd_listen_fds(3)).
"""

import os
import re
import signal
import socket
import subprocess
import unittest

from tests.container import workshop
from tests.container.test_unit import settings
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.process import remove_folder, work_folder

SECONDS = 30.0
CONFIGURATION = """\
[server]
name = "gateway.test"
user = "nobody"
[admin]
listen = ["{host}:{admin}"]
[state]
path = ""
[listener.pop3]
protocol = "pop3"
listen = ["{listen}"]
tls = "off"
cleartext_login = "local"
[upstream.imap]
url = "imaps://localhost:1"
"""
# Becomes the gateway with the same process id, as systemd does it: LISTEN_PID must name that.
AS_SYSTEMD = 'export LISTEN_PID=$$; exec "$@"'


class NotifyTest(unittest.TestCase):
    def setUp(self):
        self.folder = work_folder("notify")
        self.addCleanup(remove_folder, self.folder)
        self.folder.chmod(0o777)
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notices.close)
        self.notices.bind(str(self.folder / "notify"))
        os.chmod(self.folder / "notify", 0o777)
        self.notices.settimeout(SECONDS)

    def start(self, listen, *, passed=None):
        """The gateway, as systemd would start it; `passed` is a socket to hand over."""
        file = self.folder / "postern.toml"
        file.write_text(CONFIGURATION.format(host=HOST, admin=free_port(), listen=listen),
                        encoding="utf-8")
        command = [workshop.shipped_binary(), "run", "--config", file]
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")}
        keep = ()
        if passed is not None:
            environment |= {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "pop3"}
            command = ["sh", "-c", f'exec 3<&{passed.fileno()}; {AS_SYSTEMD}', "sh", *command]
            keep = (passed.fileno(),)
        log = open(self.folder / "log", "ab")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log,
                                   pass_fds=keep)
        self.addCleanup(process.wait, SECONDS)
        self.addCleanup(process.kill)
        return process

    def heard(self):
        try:
            return self.notices.recv(4096).decode()
        except TimeoutError:
            raise AssertionError(f"silence\n{(self.folder / 'log').read_text()}") from None

    def change(self):
        """The next notice that is more than a sign of life."""
        while True:
            notice = self.heard()
            if notice != "WATCHDOG=1":
                return notice

    def test_it_tells_of_readiness_reload_and_stop_in_this_order(self):
        process = self.start(f"{HOST}:{free_port()}")
        told = [self.change()]
        process.send_signal(signal.SIGHUP)
        told += [self.change(), self.change()]
        process.terminate()
        told.append(self.change())

        self.assertEqual(told, ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"])
        self.assertEqual(process.wait(SECONDS), 0)

    def test_a_sign_of_life_comes_within_the_watchdogs_time(self):
        [limit] = settings("Service")["WatchdogSec"]
        self.notices.settimeout(float(re.fullmatch(r"(\d+)s", limit)[1]))
        self.start(f"{HOST}:{free_port()}")

        self.assertEqual([self.heard(), self.heard()], ["READY=1", "WATCHDOG=1"])

    def test_it_serves_on_a_socket_that_systemd_opened(self):
        with socket.create_server((HOST, 0)) as passed:
            self.start("fd:pop3", passed=passed)
            self.assertEqual(self.heard(), "READY=1")

            with socket.create_connection(passed.getsockname(), SECONDS) as client:
                self.assertTrue(client.recv(512).startswith(b"+OK"))
