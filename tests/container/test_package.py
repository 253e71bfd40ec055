"""The Debian package: what is in it, how its binary was hardened, whether it comes out the same."""

import json
import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from tests.container import workshop

CONTENTS = {
    "./etc/postern/postern.toml", "./usr/bin/postern", "./usr/lib/systemd/system/postern.service",
    "./usr/share/doc/postern/changelog.Debian.gz", "./usr/share/doc/postern/changelog.gz",
    "./usr/share/doc/postern/copyright", "./usr/share/doc/postern/examples/alerts.yml",
    "./usr/share/doc/postern/examples/dashboard.json",
    "./usr/share/doc/postern/examples/minimal.toml", "./usr/share/doc/postern/postern.spdx.json",
    "./usr/share/lintian/overrides/postern", "./usr/share/man/man5/postern.toml.5.gz",
    "./usr/share/man/man8/postern.8.gz",
}


def symbols(binary):
    """The dynamic symbols of a binary."""
    return workshop.run("readelf", "-W", "--dyn-syms", binary).stdout


class ContentsTest(unittest.TestCase):
    def test_everything_is_there_and_nothing_else(self):
        listed = workshop.run("dpkg-deb", "-c", workshop.debian_package()).stdout.splitlines()

        files = {line.split()[5] for line in listed if not line.startswith("d")}

        self.assertEqual(files, CONTENTS)
        self.assertEqual({line.split()[1] for line in listed}, {"root/root"})

    def test_lintian_has_no_complaint(self):
        done = workshop.run("lintian", "--fail-on", "error,warning", workshop.debian_package(),
                            check=False)

        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout + done.stderr)

    def test_the_configuration_is_the_operators(self):
        listed = workshop.run("dpkg-deb", "-I", workshop.debian_package(), "conffiles").stdout

        self.assertEqual(listed.split(), ["/etc/postern/postern.toml"])

    def test_libraries_that_the_binary_loads_are_asked_for(self):
        depends = workshop.run("dpkg-deb", "-f", workshop.debian_package(), "Depends").stdout
        names = {part.split()[0] for part in depends.split(",")}

        lines = (workshop.TOP / "packages.txt").read_text(encoding="utf-8").splitlines()
        run = {line.split()[1] for line in lines if line.startswith("run ")}

        self.assertEqual(run - names, set(), "packages.txt lists what the binary does not load")
        self.assertEqual(names - run, {"libc6", "libgcc-s1"}, "packages.txt lacks a library")

    def test_debug_symbols_come_in_a_package_of_their_own(self):
        [package] = workshop.debian_packages().glob("postern-dbgsym_*.ddeb")
        listed = workshop.run("dpkg-deb", "-c", package).stdout

        build_id = re.search(r"Build ID: (\w\w)(\w+)",
                             workshop.run("readelf", "-n", workshop.shipped_binary()).stdout)

        self.assertIn(f"/{build_id[1]}/{build_id[2]}.debug", listed)


class ManualTest(unittest.TestCase):
    def page(self, name):
        """A page as people see it, which must have come out without a warning."""
        binary = workshop.shipped_binary()
        file = binary.parents[1] / "share/man" / name
        done = workshop.run("man", "--warnings", "-E", "UTF-8", "-l", file,
                            env_changes={"MANWIDTH": "200"})
        self.assertEqual(done.stderr, "", name)
        return re.sub(r".\x08", "", done.stdout)

    def test_every_command_and_option_is_told(self):
        page = self.page("man8/postern.8.gz")
        told = workshop.run(workshop.shipped_binary(), "--help").stdout
        commands = re.findall(r"^  (\w+)", told.partition("Subcommands:")[2], flags=re.M)
        texts = [told] + [workshop.run(workshop.shipped_binary(), command, "--help").stdout
                          for command in commands]
        options = {option for text in texts for option in re.findall(r"--\w+", text)}

        self.assertGreaterEqual(len(commands), 4)
        for word in [*commands, *options]:
            self.assertRegex(page, rf"(?m)^\s+(-\w, )?{word}\b")

    def test_every_setting_of_the_reference_is_told(self):
        page = self.page("man5/postern.toml.5.gz")
        readme = (workshop.TOP / "conf/README.md").read_text(encoding="utf-8")
        keys = re.findall(r"^\| `([a-z0-9_.]+)` \|", readme.partition("\n## Reference")[2], re.M)

        self.assertGreater(len(keys), 80)
        for key in keys:
            self.assertRegex(page, rf"(?m)^\s+{re.escape(key)}$")


class HardeningTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.binary = workshop.shipped_binary()
        cls.segments = workshop.run("readelf", "-W", "-l", cls.binary).stdout
        cls.dynamic = workshop.run("readelf", "-W", "-d", cls.binary).stdout

    def test_T077_it_is_placed_anew_at_every_start(self):
        self.assertIn("Type:                              DYN",
                      workshop.run("readelf", "-h", self.binary).stdout)
        self.assertRegex(self.dynamic, r"FLAGS_1.*\bPIE\b")

    def test_T077_relocations_are_read_only_and_done_at_the_start(self):
        self.assertIn("GNU_RELRO", self.segments)
        self.assertRegex(self.dynamic, r"BIND_NOW|FLAGS.*\bNOW\b")

    def test_T077_no_memory_is_for_writing_and_running(self):
        stack = re.search(r"GNU_STACK.*", self.segments)[0]
        loads = re.findall(r"LOAD .*", self.segments)

        self.assertNotIn("E", stack.split()[6])
        self.assertGreater(len(loads), 2)
        for load in loads:
            self.assertFalse("W" in load.split()[6:-1] and "E" in load.split()[6:-1], load)

    def test_T077_frames_and_buffers_are_guarded(self):
        found = symbols(self.binary)

        self.assertIn("__stack_chk_fail", found)
        self.assertRegex(found, r"__\w+_chk@", "no call of glibc's checks (_FORTIFY_SOURCE)")
        self.assertIn("__glibcxx_assert_fail", found)

    def test_T077_jumps_land_where_they_may(self):
        # The note about it (IBT, SHSTK) is missing, since Debian's crt1.o has none; the marks of
        # where an indirect jump may land (endbr64) are what our compiler put there.
        self.assertGreater(self.binary.read_bytes().count(b"\xf3\x0f\x1e\xfa"), 500)

    def test_T077_no_search_path_and_no_path_of_the_builder(self):
        self.assertNotRegex(self.dynamic, r"RPATH|RUNPATH")
        octets = self.binary.read_bytes()
        for path in (b"/src/", b"/build/", os.fsencode(workshop.TOP)):
            self.assertNotIn(path, octets)


class BillTest(unittest.TestCase):
    def test_T077_the_bill_lists_every_library_with_its_version(self):
        file = workshop.shipped_binary().parents[1] / "share/doc/postern/postern.spdx.json"
        bill = json.loads(file.read_text(encoding="utf-8"))
        packages = {each["name"]: each["versionInfo"] for each in bill["packages"]}
        depends = workshop.run("dpkg-deb", "-f", workshop.debian_package(), "Depends").stdout
        version = workshop.run("dpkg-deb", "-f", workshop.debian_package(), "Version").stdout

        self.assertEqual(bill["spdxVersion"], "SPDX-2.3")
        self.assertEqual(packages["postern"], version.strip().partition("-")[0])
        for name in (part.split()[0] for part in depends.split(",")):
            if name != "ca-certificates":
                self.assertRegex(packages[name], r"^[0-9]", name)
        for name in ("clang-19", "lld-19", "libcli11-dev", "libcpp-httplib-dev"):
            self.assertIn(name, packages)
        related = {each["relatedSpdxElement"] for each in bill["relationships"]}
        related |= {each["spdxElementId"] for each in bill["relationships"]}
        self.assertEqual({each["SPDXID"] for each in bill["packages"]} - related, set())


class RepeatableTest(unittest.TestCase):
    def test_T077_two_folders_give_the_same_code(self):
        with tempfile.TemporaryDirectory() as top:
            one, other = [self.built(Path(top) / name) for name in ("one", "another/place")]

            self.assertGreater(len(one), 10)
            self.assertEqual(one.keys(), other.keys())
            for name, code in one.items():
                self.assertEqual(code, other[name], name)
                self.assertNotIn(top, code, name)

    @staticmethod
    def code(objects):
        """What the linker makes machine code of, by object. The name of the source stands in each
        and in the numbers of the summary (^) that come from it; the linker keeps neither."""
        found = {}
        for file in sorted(objects.glob("*.o")):
            text = workshop.run("llvm-dis-19", file.name, "-o", "-", cwd=objects).stdout
            found[file.name] = "\n".join(line for line in text.splitlines()
                                         if not line.startswith(("source_filename = ", "^")))
        return found

    def built(self, folder):
        """The code of a floor of a release, built from a copy of the tree in that folder."""
        shutil.copytree(workshop.TOP, folder, ignore=shutil.ignore_patterns(
            ".git", "build", ".work", "corpus", "__pycache__"))
        quiet = {"CCACHE_DISABLE": "1", "SOURCE_DATE_EPOCH": "1700000000"}
        workshop.run("cmake", "--preset", "release", "-DPOSTERN_TESTS=OFF",
                     "-DPOSTERN_REVISION=same", cwd=folder, env_changes=quiet)
        workshop.run("cmake", "--build", "--preset", "release", "--target", "postern_wire",
                     cwd=folder, env_changes=quiet, seconds=workshop.BUILD_SECONDS)
        return self.code(folder / "build/release/wire/CMakeFiles/postern_wire.dir")

    def test_T077_packing_twice_gives_the_same_package(self):
        image = workshop.build("localhost/postern-build", workshop.TOP / "docker/Dockerfile",
                               workshop.TOP, target="build", arguments=workshop.revision())
        again = ("cpack --config build/release/CPackConfig.cmake -G DEB -B /tmp/again >/dev/null"
                 " && sha256sum /tmp/again/*.deb /opt/package/*.deb")

        told = workshop.podman("run", "--rm", "--network", "none", image, "sh", "-c", again,
                               seconds=workshop.BUILD_SECONDS).stdout

        sums = [line.split()[0] for line in told.splitlines()]
        self.assertEqual(len(sums), 2)
        self.assertEqual(sums[0], sums[1])
