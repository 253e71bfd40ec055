"""The gateway under test: the real binary, started with a configuration, watched, and ended.

The binary is $POSTERN_BINARY, or build/release/proxy/postern below the top of the tree. It is run
as an operator would (`postern run --config FILE`), waited for at /readyz, and known by what it
shows: its log lines, its metrics, its exit status.
"""

import os
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from tests.integration import gateway_config, gateway_output
from tests.integration.clients import Maildrop
from tests.integration.lab.ports import HOST
from tests.integration.lab.process import (Process, accepts, remove_folder, wait_until,
                                           work_folder)

_TOP = Path(__file__).resolve().parents[2]
READY_SECONDS = 20.0
STOP_SECONDS = 20.0


def binary():
    """The path of the gateway's binary."""
    return Path(os.environ.get("POSTERN_BINARY") or _TOP / "build/release/proxy/postern")


class Gateway:
    """One running gateway; also a context manager.

    `server` is the upstream, with the way to it in `upstream_tls` ("clear", "starttls",
    "implicit"); `pki` holds our own certificate and the authority that the upstream's comes from
    (default: the server's). `settings` are laid over the defaults of gateway_config.py.
    """

    def __init__(self, server, *, upstream_tls="clear", pki=None, settings=None):
        self._pki = pki or server.pki
        self.folder = work_folder("gateway")
        self.process = None
        self.wrapper = []  # words that run the binary in another way, as `prlimit --nofile=9 --`
        upstream = gateway_config.upstream_settings(server, upstream_tls, self._pki.ca_file)
        defaults = gateway_config.default_settings(self.folder, self._pki, upstream)
        self.settings = gateway_config.laid_over(defaults, settings or {})

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        remove_folder(self.folder)

    # Life.

    def start(self):
        """Starts the binary and returns once it takes connections."""
        self.write_configuration()
        self.process = Process([*self.wrapper, binary(), "run", "--config", self.configuration],
                               self.folder / "log")
        try:
            wait_until(self._settled, READY_SECONDS, "the gateway's start")
        except TimeoutError as late:
            self.stop()
            raise TimeoutError(f"{late}\n{self.log()}") from None
        if not self.process.running():
            raise RuntimeError(f"the gateway ended with {self.stop()}:\n{self.log()}")
        return self

    def stop(self):
        """Ends it with SIGTERM; returns the exit status. Harmless if it has ended."""
        return self.process.stop() if self.process is not None else None

    def terminate(self):
        """Only sends SIGTERM: the gateway drains."""
        self.process.send(signal.SIGTERM)

    def kill(self):
        """Ends it as a crash would."""
        self.process.send(signal.SIGKILL)
        self.process.wait()

    def wait_ended(self, seconds=STOP_SECONDS):
        """The exit status, once it has ended by itself."""
        return self.process.wait(seconds)

    def reload(self, changes=None):
        """Lays changes over the settings, sends SIGHUP; whether the configuration was accepted."""
        if changes:
            self.settings = gateway_config.laid_over(self.settings, changes)
        self.write_configuration()
        return self.reload_file()

    def reload_file(self):
        """The same with the file as it stands."""
        accepted, refused = self._reloads("ok"), self._reloads("error")
        self.process.send(signal.SIGHUP)
        wait_until(lambda: self._reloads("ok") + self._reloads("error") > accepted + refused,
                   READY_SECONDS, "the reload")
        return self._reloads("ok") > accepted

    def _reloads(self, result):
        return self.metric("postern_config_reloads_total", result=result)

    def _settled(self):
        if not self.process.running():
            return True
        if self.settings.get("admin", {}).get("listen"):
            return self.ready()
        return all(accepts(port) for port in self.ports())

    # Configuration.

    @property
    def configuration(self):
        return self.folder / "postern.toml"

    def write_configuration(self):
        self.configuration.write_text(gateway_config.toml(self.settings), encoding="utf-8")

    def check(self):
        """What `postern check` says of the configuration: exit status and text."""
        self.write_configuration()
        done = subprocess.run([binary(), "check", "--config", self.configuration], timeout=30,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")

    def ports(self):
        """The ports of all listeners."""
        return [self.port(name) for name in self.settings["listener"]]

    def port(self, listener="pop3"):
        return int(self.settings["listener"][listener]["listen"][0].rpartition(":")[2])

    def maildrop(self, user, password, tls_mode="clear"):
        """Where a POP3 client finds a user's mail."""
        port = self.port("pop3s" if tls_mode == "implicit" else "pop3")
        return Maildrop("localhost", port, user, password, tls_mode, self._pki.ca_file)

    # What it shows.

    def log(self):
        """What it has written of its log so far, as text: lines may be late by a moment."""
        return self.process.text()

    def whole_log(self):
        """All that it has logged so far, lines on their way included; for what must not be there.

        It must have an admin listener, which counts them.
        """
        logged = self.metric("postern_log_messages_total")
        wait_until(lambda: gateway_output.lines(self.log()) >= logged, 10, "the log")
        return self.log()

    def events(self, name=None, **fields):
        """The log lines so far with this event name and these fields."""
        return [event for event in gateway_output.events(self.log())
                if name in (None, event.name) and fields.items() <= event.fields.items()]

    def wait_for_event(self, name, *, seconds=10, **fields):
        """The first such log line, once it is there."""
        return wait_until(lambda: self.events(name, **fields), seconds, f"log event {name}")[0]

    def ready(self):
        """Whether /readyz says that it takes new sessions."""
        try:
            return self.admin("/readyz")[0] == 200
        except OSError:
            return False

    def admin(self, path):
        """Status and text of a page of the admin listener."""
        port = self.settings["admin"]["listen"][0].rpartition(":")[2]
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode(errors="replace")

    def metrics(self):
        """All samples: a list of (name, labels, value)."""
        status, page = self.admin("/metrics")
        if status != 200:
            raise RuntimeError(f"/metrics answered {status}: {page[:200]}")
        return gateway_output.samples(page)

    def metric(self, name, **labels):
        """The sum of a metric's samples with these labels."""
        return sum(value for sample, present, value in self.metrics()
                   if sample == name and labels.items() <= present.items())
