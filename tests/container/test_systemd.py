"""The Debian package in a system that systemd runs: installed, started, reloaded, stopped, removed.

The system is a container with systemd as process one. It has no network; a client and the gateway
meet on its loopback. Nothing stands behind the gateway: this is about the process.
"""

import re
import tempfile
import unittest
from pathlib import Path

from tests.container import workshop
from tests.integration.lab.process import wait_until

SECONDS = 60
DOCKERFILE = """\
ARG BASE
FROM ${BASE}
COPY postern.deb /tmp/
RUN apt-get update \\
 && apt-get install -y --no-install-recommends systemd-sysv openssl curl /tmp/postern.deb \\
 && rm -rf /var/lib/apt/lists/* /tmp/postern.deb
CMD ["/sbin/init"]
"""
CONFIGURATION = """\
[tls.default]
certificate = "/etc/postern/tls/fullchain.pem"
private_key = "/etc/postern/tls/privkey.pem"
[listener.pop3]
protocol = "pop3"
[listener.pop3s]
protocol = "pop3"
tls = "implicit"
[upstream.imap]
url = "imap://127.0.0.1:1"
"""
# The key by a group: LoadCredential= would be the way, but systemd 252 cannot mount credentials in
# a container.
PREPARE = r"""set -e
mkdir -p /etc/postern/tls /etc/systemd/system/postern.service.d
cd /etc/postern/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -subj /CN=localhost -keyout privkey.pem -out fullchain.pem 2>/dev/null
groupadd --system keys
chgrp keys privkey.pem
chmod 0640 privkey.pem
printf '[Service]\nSupplementaryGroups=keys\n' >/etc/systemd/system/postern.service.d/key.conf
systemctl daemon-reload
"""


def system_image():
    """A system with systemd, and our package installed by apt."""
    with tempfile.TemporaryDirectory(dir=workshop.WORK) as folder:
        context = Path(folder)
        (context / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
        (context / "postern.deb").write_bytes(workshop.debian_package().read_bytes())
        return workshop.build("localhost/postern-system", context / "Dockerfile", context)


class SystemdTest(unittest.TestCase):
    """One story, told in the order of its parts: each part stands on the ones before."""

    @classmethod
    def setUpClass(cls):
        cls.stack = workshop.container(system_image(), "--privileged", "--systemd=always",
                                       "--network", "none")
        cls.name = cls.stack.__enter__()
        try:
            wait_until(lambda: cls.run_in("systemctl", "is-system-running", check=False)
                       in ("running", "degraded"), SECONDS, "systemd")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.stack.__exit__(None, None, None)

    @classmethod
    def run_in(cls, *command, check=True):
        return workshop.executed(cls.name, *command, check=check).stdout.strip()

    def shown(self, name):
        return self.run_in("systemctl", "show", "--value", "-p", name, "postern")

    def journal(self):
        return self.run_in("journalctl", "-u", "postern", "--no-pager", "-o", "cat")

    def write(self, text):
        """A configuration, as the operator would write it."""
        workshop.executed(self.name, "tee", "/etc/postern/postern.toml", flags=("-i",), input=text)

    def greeting(self):
        return self.run_in("sh", "-c", "echo QUIT | curl -s --max-time 10 telnet://127.0.0.1:110")

    def test_1_installed_it_neither_runs_nor_is_enabled(self):
        self.assertEqual(self.shown("LoadState"), "loaded")
        self.assertEqual(self.shown("ActiveState"), "inactive")
        self.assertEqual(self.run_in("systemctl", "is-enabled", "postern", check=False), "disabled")

    def test_2_the_example_is_refused_once_and_told_why(self):
        self.run_in("systemctl", "start", "postern", check=False)

        self.assertEqual(self.shown("ActiveState"), "failed")
        self.assertEqual((self.shown("ExecMainStatus"), self.shown("NRestarts")), ("78", "0"))
        self.assertIn("/etc/postern/postern.toml:", self.journal())

    def test_3_started_it_serves_port_110_as_nobody_known(self):
        self.run_in("sh", "-c", PREPARE)
        self.write(CONFIGURATION)

        self.run_in("systemctl", "start", "postern")

        self.assertEqual((self.shown("ActiveState"), self.shown("SubState")), ("active", "running"))
        self.assertTrue(self.greeting().startswith("+OK"))
        self.assertEqual(self.run_in("postern", "health"), "ok")
        self.assertEqual(self.shown("User"), "postern")

    def test_4_T075_it_may_bind_low_ports_and_nothing_else(self):
        pid = self.shown("MainPID")
        lines = self.run_in("cat", f"/proc/{pid}/status").splitlines()
        status = {line.split(":")[0]: line.split(":")[1].split() for line in lines}

        bind_service = 1 << 10
        for right in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[right][0], 16), bind_service, right)
        self.assertNotEqual(status["Uid"][0], "0")
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), (["1"], ["2"]))

    def test_5_T073_it_leaves_no_core_and_keeps_its_folder_to_itself(self):
        pid = self.shown("MainPID")
        [core] = [line.split() for line in self.run_in("cat", f"/proc/{pid}/limits").splitlines()
                  if line.startswith("Max core file size")]

        self.assertEqual(core[4:6], ["0", "0"])
        status = self.run_in("cat", f"/proc/{pid}/status")
        [owner] = re.findall(r"^Uid:\s+(\d+)", status, re.M)
        folder = self.run_in("stat", "-c", "%a %u", "/var/lib/private/postern")
        self.assertEqual(folder, f"700 {owner}")

    def test_6_reloaded_it_is_the_same_process_with_new_listeners(self):
        before = self.shown("MainPID")
        self.write(CONFIGURATION.replace('[listener.pop3]\n', '[listener.more]\nprotocol = "pop3"\n'
                                         'listen = ["127.0.0.1:2110"]\n[listener.pop3]\n'))

        self.run_in("systemctl", "reload", "postern")

        told = self.run_in("sh", "-c", "echo QUIT | curl -s --retry 20 --retry-connrefused "
                                       "--retry-delay 1 --max-time 30 telnet://127.0.0.1:2110")
        self.assertTrue(told.startswith("+OK"), told)
        self.assertEqual((self.shown("MainPID"), self.shown("ActiveState")), (before, "active"))

    def test_7_killed_it_comes_back(self):
        before = self.shown("MainPID")

        self.run_in("systemctl", "kill", "-s", "KILL", "postern")

        wait_until(lambda: self.shown("ActiveState") == "active"
                   and self.shown("MainPID") not in (before, "0"), SECONDS, "a restart")
        self.assertEqual(self.shown("NRestarts"), "1")

    def test_8_stopped_it_ends_well(self):
        self.run_in("systemctl", "stop", "postern")

        self.assertEqual((self.shown("ActiveState"), self.shown("Result"),
                          self.shown("ExecMainStatus")), ("inactive", "success", "0"))

    def test_9_purged_it_leaves_nothing(self):
        self.run_in("systemctl", "enable", "postern")
        self.run_in("sh", "-c", "rm -rf /etc/postern/tls /etc/systemd/system/postern.service.d")

        self.run_in("dpkg", "--purge", "postern")

        left = self.run_in("sh", "-c", "find / -xdev -name '*postern*' -not -path '/proc/*' "
                                       "-not -path '/sys/*' -not -path '/var/lib/dpkg/*' "
                                       "-not -path '/var/log/*' -not -path '/var/cache/*'")
        self.assertEqual(left, "")
