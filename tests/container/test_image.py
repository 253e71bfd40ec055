"""The image of postern: what it says of itself, and what runs in it under tight rules.

The rules are those of compose.yaml: a root folder that cannot be written to, no capability, no new
privileges. A Dovecot stands behind, in a network of the two.
"""

import contextlib
import poplib
import ssl
import unittest
import urllib.request
import uuid

from tests.container import workshop
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.process import wait_until

TIGHT = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
CONFIGURATION = workshop.TOP / "docker/demo/postern.toml"
STOP_SECONDS = 30


@contextlib.contextmanager
def volume():
    """A volume that goes with the test; its name."""
    name = f"postern-test-{uuid.uuid4().hex[:8]}"
    workshop.podman("volume", "create", name)
    try:
        yield name
    finally:
        workshop.podman("volume", "rm", "-f", name, check=False)


class LabelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = workshop.inspected("image", workshop.gateway_image())

    def test_T075_it_runs_as_a_number_that_is_not_roots(self):
        self.assertEqual(self.image["Config"]["User"], "10001:10001")

    def test_ports_are_above_those_of_root(self):
        ports = {int(port.partition("/")[0]) for port in self.image["Config"]["ExposedPorts"]}

        self.assertEqual(ports, {1110, 1995, 1143, 1993, 1587, 9464})

    def test_the_binary_is_process_one_and_asks_itself_for_health(self):
        self.assertEqual(self.image["Config"]["Entrypoint"], ["postern"])
        self.assertEqual(self.image["Config"]["StopSignal"], "SIGTERM")
        self.assertEqual(self.image["Healthcheck"]["Test"], ["CMD", "postern", "health"])

    def test_T077_what_built_it_is_not_in_it(self):
        told = workshop.podman("run", "--rm", "--network", "none", "--entrypoint", "sh",
                               self.image["Id"], "-c",
                               "ls / /usr/local/bin; command -v clang++-19 cmake git; true").stdout

        self.assertNotRegex(told, r"clang|cmake|git|src\b")
        self.assertEqual(told.count("postern"), 1)


class RefusalTest(unittest.TestCase):
    def test_without_a_configuration_it_ends_and_says_so(self):
        done = workshop.podman("run", "--rm", "--network", "none", *TIGHT,
                               workshop.gateway_image(), check=False)

        self.assertEqual(done.returncode, 78)
        self.assertIn("/etc/postern/postern.toml", done.stderr + done.stdout)


class ServingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        try:
            cls.start()
        except BaseException:
            cls.stack.close()
            raise

    @classmethod
    def start(cls):
        enter = cls.stack.enter_context
        network, keys = enter(workshop.network()), enter(volume())
        cls.pop3, cls.pop3s, cls.metrics = free_port(), free_port(), free_port()
        dovecot = enter(workshop.container(
            workshop.demo_image("dovecot"), *TIGHT, "--network", network, "--network-alias",
            "dovecot", "--tmpfs", "/run/dovecot", "--tmpfs", "/tmp", "-v", f"{keys}:/keys"))
        workshop.wait_healthy(dovecot)
        cls.network, cls.keys = network, keys
        cls.name = enter(cls.gateway(
            "-p", f"{HOST}:{cls.pop3}:1110", "-p", f"{HOST}:{cls.pop3s}:1995",
            "-p", f"{HOST}:{cls.metrics}:9464"))
        workshop.wait_healthy(cls.name)

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    @classmethod
    def gateway(cls, *options):
        """A container of postern before that Dovecot."""
        return workshop.container(workshop.gateway_image(), *TIGHT, *options, "--network",
                                  cls.network, *cls.mounts())

    @classmethod
    def mounts(cls):
        """Configuration and keys, for reading."""
        return ("-v", f"{cls.keys}:/keys:ro", "-v",
                f"{CONFIGURATION}:/etc/postern/postern.toml:ro")

    def process(self, file):
        """The lines of a file of the gateway's in /proc, by their first word."""
        lines = workshop.executed(self.name, "cat", f"/proc/1/{file}").stdout.splitlines()
        return {line.partition(":")[0]: line.partition(":")[2].split() for line in lines}

    @staticmethod
    def unchecked():
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def test_mail_comes_out_of_the_published_ports(self):
        with contextlib.closing(poplib.POP3(HOST, self.pop3, timeout=30)) as client:
            client.stls(self.unchecked())
            client.user("archive@example.test")
            client.pass_("archive-demo")
            self.assertEqual(client.stat()[0], 2000)
            lines = client.retr(2000)[1]
            client.quit()
        with contextlib.closing(poplib.POP3_SSL(HOST, self.pop3s, timeout=30,
                                                context=self.unchecked())) as client:
            client.user("ann@example.test")
            client.pass_("ann-demo")
            self.assertEqual(client.stat()[0], 10)
            client.quit()

        self.assertIn(b"Subject: Message 2000 of 2000", lines)
        self.assertEqual(lines[-1], b".A line that begins with a dot.")

    def test_health_is_bad_where_nothing_serves(self):
        done = workshop.podman("run", "--rm", "--network", "none", *TIGHT, *self.mounts(),
                               workshop.gateway_image(), "health", check=False)

        self.assertEqual(done.returncode, 1, done.stderr)

    def test_metrics_come_out_as_well(self):
        with urllib.request.urlopen(f"http://{HOST}:{self.metrics}/metrics", timeout=10) as page:
            self.assertIn(b"\npostern_ready 1\n", page.read())

    def test_T075_it_has_no_right_that_it_does_not_need(self):
        status = self.process("status")

        self.assertEqual(set(status["Uid"]), {"10001"})
        self.assertEqual(set(status["Gid"]), {"10001"})
        for right in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[right][0], 16), 0, right)
        self.assertEqual(status["NoNewPrivs"], ["1"])
        self.assertEqual(status["Seccomp"], ["2"])

    def test_T075_it_is_one_process_and_starts_no_other(self):
        listed = workshop.podman("top", self.name, "args").stdout.splitlines()[1:]

        self.assertEqual([line.strip() for line in listed],
                         ["postern run --config /etc/postern/postern.toml"])

    def test_T073_it_leaves_no_core(self):
        lines = workshop.executed(self.name, "cat", "/proc/1/limits").stdout.splitlines()

        [core] = [line.split() for line in lines if line.startswith("Max core file size")]
        self.assertEqual(core[4:6], ["0", "0"])

    def test_it_writes_where_its_state_lies_and_nowhere_else(self):
        folders = ("/", "/etc/postern", "/usr/local/bin", "/keys")
        refused = [folder for folder in folders if workshop.executed(
            self.name, "touch", f"{folder}/x", check=False).returncode != 0]

        self.assertEqual(refused, list(folders))
        workshop.executed(self.name, "touch", "/var/lib/postern/x")

    def test_sigterm_ends_it_as_process_one(self):
        with self.gateway() as name:
            workshop.wait_healthy(name)

            workshop.podman("stop", "-t", str(STOP_SECONDS), name)

            state = workshop.inspected("container", name)["State"]
            said = workshop.logs(name)
        self.assertEqual((state["ExitCode"], state["OOMKilled"]), (0, False), said)
        self.assertIn("SIGTERM", said)

    def test_sighup_reloads_it_as_process_one(self):
        with self.gateway() as name:
            workshop.wait_healthy(name)

            workshop.podman("kill", "-s", "HUP", name)

            wait_until(lambda: workshop.logs(name).count("config.loaded") == 2, STOP_SECONDS,
                       "a second configuration")
            workshop.wait_healthy(name)
