"""Starting, watching and ending the programs of a test, and the folders they work in.

Waiting is always for an event with a deadline: a port that accepts, a process that ended, a
condition that holds. Only processes started here are ended, by process id; each leads a session of
its own, so that its children can be ended with it, and is ended by the kernel should the test be
killed. Folders stand below $POSTERN_TEST_WORK, or the system's temporary folder, and are removed
afterwards unless $POSTERN_TEST_KEEP is set.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from .ports import HOST

START_SECONDS = 20.0
STOP_SECONDS = 10.0
_PAUSE_SECONDS = 0.02


def work_folder(name):
    """A fresh folder that other users (the servers drop privileges) may enter."""
    root = os.environ.get("POSTERN_TEST_WORK")
    if root:
        Path(root).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"postern-{name}-", dir=root))
    folder.chmod(0o755)
    return folder


def remove_folder(folder):
    """Removes a work folder, or leaves it to be looked at if the environment asks for that."""
    if not os.environ.get("POSTERN_TEST_KEEP"):
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(condition, seconds, what):
    """Calls `condition` until it answers something true, and returns that."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        pause.wait(_PAUSE_SECONDS)


def accepts(port):
    """Whether something accepts connections on this loopback port now."""
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def run(argv, *, seconds=30, good=(0,), **options):
    """Runs a program to its end; an exit status that is not good carries what it said."""
    argv = [str(word) for word in argv]
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(argv, capture_output=True, timeout=seconds, check=False, **options)
    if done.returncode not in good:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise RuntimeError(f"{' '.join(argv)} ended with {done.returncode}:\n{said}")
    return done.stdout


class Process:
    """One long-running program; what it writes is kept in a file and readable at any time."""

    def __init__(self, argv, log, *, env=None, end_signal="TERM"):
        self._end_signal = signal.Signals[f"SIG{end_signal}"]
        self._words = [str(word) for word in argv]
        self.log = Path(log)
        with open(self.log, "ab") as output:
            self._child = subprocess.Popen(
                ["setpriv", "--pdeathsig", end_signal, "--", *self._words],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env,
                start_new_session=True)

    @property
    def pid(self):
        return self._child.pid

    def running(self):
        if self._child.returncode is not None:
            return False
        # Not waited for yet: while it is a zombie, its process group cannot be anybody else's.
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, how) is None

    def text(self):
        """All that the program has written so far."""
        return self.log.read_text(errors="replace")

    def wait_listening(self, *ports, seconds=START_SECONDS):
        """Returns once every port accepts; fails with the output if the program ended instead."""
        for port in ports:
            self._wait_alive(lambda port=port: accepts(port), seconds,
                             f"port {port} of {self._words[0]}")

    def wait_for_file(self, path, seconds=START_SECONDS):
        """Returns once the file (or unix socket) exists."""
        self._wait_alive(lambda: os.path.exists(path), seconds, f"{path} of {self._words[0]}")

    def _wait_alive(self, condition, seconds, what):
        def settled():
            return condition() or not self.running()

        try:
            wait_until(settled, seconds, what)
        except TimeoutError as late:
            raise TimeoutError(f"{late}\n{self.text()}") from None
        if not self.running():
            raise RuntimeError(f"{' '.join(self._words)} ended:\n{self.text()}")

    def send(self, number):
        self._child.send_signal(number)

    def wait(self, seconds=STOP_SECONDS):
        """The exit status, once it has ended by itself; what is left of its session is ended."""
        wait_until(lambda: not self.running(), seconds, f"the end of {self._words[0]}")
        return self._sweep()

    def stop(self):
        """Ends the program and what is left of its session; returns its exit status."""
        if self.running():
            self.send(self._end_signal)
            try:
                return self.wait()
            except TimeoutError:
                self.send(signal.SIGKILL)
        return self._sweep()

    def _sweep(self):
        if self._child.returncode is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return self._child.wait(STOP_SECONDS)
