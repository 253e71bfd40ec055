"""The ground the benchmark stands on: its folders, its programs, and groups of processes.

A group is a control group of the kernel's unified hierarchy (cgroups(7)): every process started in
it, and every child of those, is charged to it, so that what a server costs is known however many
processes it is made of. Only the files that need no controller are used.
"""

import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

from tests.integration.lab.process import Process, run
from tests.integration.lab.tls import Pki

TOP = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("POSTERN_BENCH_WORK") or Path(tempfile.gettempdir()) / "postern-bench")
DESCRIPTORS = 20_000  # the least: a gateway needs two for each of 8,000 held sessions
_QUIET_SECONDS, _QUIET_MOST = 0.1, 3.0
_ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'


def program(name):
    """One of the programs that CMake's target `bench` builds."""
    return TOP / "build/release/tests/bench" / f"bench_{name}"


def lift_limits():
    """As many open files as the system allows, here and in all that is started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < DESCRIPTORS:
        raise RuntimeError(f"only {most} open files allowed, {DESCRIPTORS} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def fresh_folder(name, keep=()):
    """An empty folder of the run, but for what is kept from one run to the next."""
    folder = WORK / "run" / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name in keep:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    folder.chmod(0o755)
    return folder


def certificate():
    """The certificate that every gateway shows (ECDSA, P-256), and its key."""
    shutil.rmtree(WORK / "tls", ignore_errors=True)
    good = Pki(WORK / "tls").good
    good.private_key.chmod(0o644)
    return good


def wait_quiet(*groups):
    """Returns once the groups use no CPU any more: what the last QUIT set off is over."""
    end = time.monotonic() + _QUIET_MOST
    before = None
    while time.monotonic() < end:
        now = [round(group.cpu_seconds(), 3) for group in groups]
        if now == before:
            return
        before = now
        time.sleep(_QUIET_SECONDS)


class Group:
    """A control group, and the programs that were started in it."""

    def __init__(self, name):
        self._path = _hierarchy() / f"postern-bench-{os.getpid()}-{name}"
        self._path.mkdir()
        self.started = []

    def start(self, argv, log):
        process = Process(["sh", "-c", _ENTER, self._path, *argv], log)
        self.started.append(process)
        return process

    def enter(self):
        """A command line's beginning, for programs that somebody else starts and waits for."""
        return ["sh", "-c", _ENTER, str(self._path)]

    def cpu_seconds(self):
        for line in (self._path / "cpu.stat").read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == "usage_usec":
                return int(value) / 1e6
        raise RuntimeError("cpu.stat without usage_usec")

    def pids(self):
        return [int(pid) for pid in (self._path / "cgroup.procs").read_text().split()]

    def memory(self):
        """Octets of proportional set size of all its processes: what is shared counts once."""
        return sum(_pss(pid) for pid in self.pids())

    def close(self):
        """Ends all that was started here, and what these have started."""
        for process in self.started:
            process.stop()
        self.started = []
        (self._path / "cgroup.kill").write_text("1")
        end = time.monotonic() + 10
        while self.pids() and time.monotonic() < end:
            time.sleep(0.02)
        self._path.rmdir()


def _hierarchy():
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(place)
    raise RuntimeError("no unified hierarchy of control groups is mounted")


def _pss(pid):
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended meanwhile
        return 0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def build():
    """Configures and builds the gateway and the programs of the benchmark: preset release."""
    run(["cmake", "--preset", "release"], seconds=600, cwd=TOP)
    run(["cmake", "--build", "--preset", "release", "--target", "postern", "bench"],
        seconds=7200, cwd=TOP)
