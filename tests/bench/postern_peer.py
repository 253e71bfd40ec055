"""Postern itself, with the settings of an operator, but for the limits per address and user: all
clients of the benchmark come from one.

It is measured in the protocols that its binary knows: `postern check` is asked.
"""

import shutil
import subprocess

from tests.integration import gateway, gateway_config
from tests.integration.lab.ports import HOST
from tests.integration.lab.upstream import OWNER

from .peer import Peer
from .upstreams import PROTOCOLS


class Postern(Peer):
    name, about = "postern", "postern"
    protocols = PROTOCOLS
    kept = ("state",)

    def __init__(self, certificate, upstream):
        super().__init__(certificate, upstream)
        self._settle_files()
        self.protocols = [name for name in PROTOCOLS if self._knows(name)]
        self.ports = {door: port for door, port in self.ports.items() if door[0] in self.protocols}

    def start(self):
        configuration = self._write(self.protocols)
        self.launch([gateway.binary(), "run", "--config", configuration])
        self.wait_ready()

    def _knows(self, protocol):
        argv = [gateway.binary(), "check", "--config", self._write([protocol])]
        return subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode == 0

    def _settle_files(self):
        self._key, self._state = self.folder / "key.pem", self.folder / "state"
        self._key.write_bytes(self.certificate.private_key.read_bytes())
        self._key.chmod(0o600)
        self._state.mkdir(exist_ok=True)
        for path in (self._key, self._state):
            shutil.chown(path, OWNER, OWNER)

    def _write(self, protocols):
        configuration = self.folder / "postern.toml"
        settings = self._settings(protocols)
        configuration.write_text(gateway_config.toml(settings), encoding="utf-8")
        return configuration

    def _settings(self, protocols):
        listeners = {}
        for (protocol, tls), port in self.ports.items():
            if protocol in protocols:
                listeners[f"{protocol}{'s' if tls else ''}"] = {
                    "protocol": protocol, "listen": [f"{HOST}:{port}"],
                    "tls": "implicit" if tls else "starttls",
                    **({} if tls else {"cleartext_login": "local"})}
        upstreams = {"imap": {"url": f"imap://{HOST}:{self.upstream['imap']}", "tls": "off"}}
        routes = {}
        if "submission" in protocols:
            url = f"submission://{HOST}:{self.upstream['submission']}"
            upstreams["smtp"] = {"url": url, "tls": "off"}
            routes = {"route": [{"protocol": "submission", "user": "*", "upstream": "smtp"},
                                {"user": "*", "upstream": "imap"}]}
        return {
            "server": {"name": "gateway.test", "user": OWNER},
            "admin": {"listen": []},
            "limits": {"per_address": {"connections": "off", "new": "off"},
                       "per_user": {"sessions": 10_000}},
            "tls": {"default": {"certificate": str(self.certificate.chain),
                                "private_key": str(self._key)}},
            "listener": listeners,
            "upstream": upstreams,
            "auth": {"throttle": {"per_address": "off", "per_user": "off"}},
            "state": {"path": str(self._state / "state.db")},
            **routes,
        }
