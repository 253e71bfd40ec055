"""The systemd unit: how exposed it is, and what it may do."""

import re
import tempfile
import unittest
from pathlib import Path

from tests.container import workshop

UNIT = workshop.TOP / "conf/postern.service"
EXPOSURE_MAX = 2.0


def settings(section):
    """The assignments of one section of the unit."""
    lines = UNIT.read_text(encoding="utf-8").partition(f"\n[{section}]\n")[2].splitlines()
    found = {}
    for line in lines:
        if line.startswith("["):
            break
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


class UnitTest(unittest.TestCase):
    def test_T075_exposure_is_at_most_two(self):
        scored = workshop.run("systemd-analyze", "security", "--offline=true", "--no-pager",
                              f"--threshold={EXPOSURE_MAX * 10:.0f}", UNIT, check=False)

        self.assertEqual(scored.returncode, 0, scored.stdout[-300:])
        level = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", scored.stdout)[1])
        self.assertLessEqual(level, EXPOSURE_MAX)

    def test_T075_the_only_right_is_to_bind_low_ports(self):
        service = settings("Service")

        self.assertEqual(service["CapabilityBoundingSet"], ["CAP_NET_BIND_SERVICE"])
        self.assertEqual(service["AmbientCapabilities"], ["CAP_NET_BIND_SERVICE"])
        self.assertEqual(service["NoNewPrivileges"], ["yes"])
        self.assertEqual(service["DynamicUser"], ["yes"])

    def test_T073_no_core_is_written(self):
        self.assertEqual(settings("Service")["LimitCORE"], ["0"])

    def test_systemd_finds_nothing_to_complain_of(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / UNIT.name
            text = UNIT.read_text(encoding="utf-8")
            copy.write_text(text.replace("/usr/bin/postern", "/bin/true"), encoding="utf-8")

            done = workshop.run("systemd-analyze", "verify", "--man=no", copy, check=False)

        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_a_wrong_configuration_is_not_tried_again(self):
        self.assertEqual(settings("Service")["RestartPreventExitStatus"], ["78"])
