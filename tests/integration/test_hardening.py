"""What the binary was built with, read back from the binary itself."""

import json
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.gateway import binary


def tool(*words):
    return subprocess.run([*words, binary()], capture_output=True, check=True, text=True).stdout


FLOORS = r"(wire|net|conf|metrics|upstream|proxy)/"


def not_from_debian(paths):
    """Those of the files that no installed package has. A package may know a file of /usr/lib as
    one of /lib, and the other way round: they are the same folder."""
    short = {path.removeprefix("/usr") for path in paths}
    names = "\n".join(sorted(short | {"/usr" + path for path in short}))
    owned = subprocess.run(["xargs", "-d", "\n", "dpkg", "-S"], input=names, capture_output=True,
                           check=False, text=True).stdout
    return short - {line.rpartition(": ")[2].removeprefix("/usr") for line in owned.splitlines()}


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
        self.assertEqual(not_from_debian(paths), set())
        self.assertEqual(len(not_from_debian([str(binary().resolve())])), 1)  # it can tell


class BuildTest(unittest.TestCase):
    """What the binary was made of and how, by the records of the folder that it was built in."""

    @classmethod
    def setUpClass(cls):
        cls.build = binary().resolve().parents[1]
        cache = (cls.build / "CMakeCache.txt").read_text(encoding="utf-8")
        cls.settings = dict(re.findall(r"^(\w+):\w+=(.*)$", cache, re.M))
        cls.source = Path(cls.settings["CMAKE_HOME_DIRECTORY"])

    def ninja(self, *words):
        return subprocess.run(["ninja", "-C", self.build, "-t", *words], capture_output=True,
                              check=True, text=True).stdout.splitlines()

    def strangers(self, words):
        """Those that are neither ours nor Debian's, of files named as the build names them."""
        paths = {(self.build / word).resolve() for word in words}
        own = (self.source, self.build)
        return not_from_debian([str(path) for path in paths
                                if not any(path.is_relative_to(folder) for folder in own)])

    def test_T077_every_file_of_ours_is_compiled_with_every_guard(self):
        guards = {"-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection",
                  "-D_FORTIFY_SOURCE=3", "-D_GLIBCXX_ASSERTIONS", "-ftrivial-auto-var-init=zero",
                  "-fPIE|-fPIC"}
        commands = json.loads((self.build / "compile_commands.json").read_text(encoding="utf-8"))
        compiled = 0
        for each in commands:
            if not re.match(FLOORS, str(Path(each["file"]).relative_to(self.source))):
                continue
            words = set(each["command"].split())
            compiled += 1
            with self.subTest(each["file"]):
                self.assertEqual([guard for guard in guards if not words & set(guard.split("|"))],
                                 [])
                self.assertNotIn("-DNDEBUG", words)
        self.assertGreater(compiled, 100)

    def test_T077_whatever_the_compiler_read_is_ours_or_debians(self):
        read, of_ours = set(), False
        for line in self.ninja("deps"):
            if line.startswith("    "):
                read |= {line.strip()} if of_ours else set()
            elif line:
                of_ours = re.match(FLOORS, line) is not None
        self.assertGreater(len(read), 1000)
        self.assertEqual(self.strangers(read), set())

    def test_T077_whatever_is_linked_is_ours_or_debians(self):
        (link,) = (line for line in self.ninja("commands", "proxy/postern")
                   if " -o proxy/postern " in line)
        linked = [word for word in link.split() if re.search(r"\.(o|a|so)(\.\d+)*$", word)]
        self.assertGreater(len(linked), 15)
        self.assertEqual(self.strangers(linked), set())

    def test_T077_the_compiler_and_what_it_calls_come_from_debian(self):
        tools = [self.settings[f"CMAKE_{name}"] for name in ("CXX_COMPILER", "AR", "RANLIB")]
        # The cache holds a path, or the name that the preset gave.
        paths = [str(Path(shutil.which(tool)).resolve()) for tool in (*tools, "/usr/bin/ld.lld-19")]
        self.assertEqual(not_from_debian(paths), set())


if __name__ == "__main__":
    unittest.main()
