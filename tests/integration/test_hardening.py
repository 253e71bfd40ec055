"""What the binary was built with, read back from the binary itself."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.gateway import binary


def tool(*words):
    return subprocess.run([*words, binary()], capture_output=True, check=True, text=True).stdout


class BinaryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.headers = tool("readelf", "-hlW")
        cls.dynamic = tool("readelf", "-dW")
        cls.symbols = tool("readelf", "--dyn-syms", "-W")

    def test_T077_it_can_be_loaded_anywhere(self):
        self.assertRegex(self.headers, r"Type:\s+DYN")
        self.assertRegex(self.dynamic, r"FLAGS_1.*PIE")

    def test_T077_its_tables_are_read_only_once_it_runs(self):
        self.assertIn("GNU_RELRO", self.headers)
        self.assertRegex(self.dynamic, r"BIND_NOW|FLAGS_1.*NOW")

    def test_T077_nothing_is_writable_and_executable(self):
        segments = re.findall(r"^\s+(LOAD|GNU_STACK)(?:\s+0x\S+){5}\s+([RWE ]{3})", self.headers,
                              re.MULTILINE)
        self.assertGreaterEqual(len(segments), 3)
        self.assertEqual([rights for _, rights in segments if "W" in rights and "E" in rights], [])

    def test_T077_overwritten_stacks_and_buffers_stop_it(self):
        self.assertIn("__stack_chk_fail", self.symbols)
        self.assertRegex(self.symbols, r"__(mem|str|fd|read|recv|vf|f|vsn|sn|poll)\w*_chk@")

    def test_T077_jumps_go_where_they_may(self):
        # The note that turns this on is Debian's to give, whose start files lack it; the marks at
        # the beginning of each function are ours.
        self.assertGreater(binary().read_bytes().count(b"\xf3\x0f\x1e\xfa"), 500)

    def test_T077_its_libraries_are_where_the_system_has_them_and_come_from_debian(self):
        self.assertNotRegex(self.dynamic, r"R(UN)?PATH")
        paths = re.findall(r"=> (/\S+)", tool("ldd"))
        self.assertGreater(len(paths), 5)
        names = [name for path in paths for name in (path, "/usr" + path.removeprefix("/usr"))]
        owned = subprocess.run(["dpkg", "-S", *names], capture_output=True, check=False,
                               text=True).stdout
        for path in paths:
            self.assertIn(path.removeprefix("/usr") + "\n", owned)


if __name__ == "__main__":
    unittest.main()
