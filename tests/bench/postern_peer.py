"""Postern itself, with the settings of an operator, but for the limits per address and user: all
clients of the benchmark come from one."""

import shutil

from tests.integration import gateway, gateway_config
from tests.integration.lab.ports import HOST
from tests.integration.lab.upstream import OWNER

from .peer import Peer

# The protocols that the configuration of today's product can name.
PROTOCOLS = ("pop3",)


class Postern(Peer):
    name, about = "postern", "postern"
    protocols = PROTOCOLS
    kept = ("state",)

    def start(self):
        configuration = self.folder / "postern.toml"
        configuration.write_text(gateway_config.toml(self._settings()), encoding="utf-8")
        self.launch([gateway.binary(), "run", "--config", configuration])
        self.wait_ready()

    def _settings(self):
        key = self.folder / "key.pem"
        key.write_bytes(self.certificate.private_key.read_bytes())
        key.chmod(0o600)
        state = self.folder / "state"
        state.mkdir(exist_ok=True)
        for path in (key, state):
            shutil.chown(path, OWNER, OWNER)
        listeners = {}
        for (protocol, tls), port in self.ports.items():
            listeners[f"{protocol}{'s' if tls else ''}"] = {
                "protocol": protocol, "listen": [f"{HOST}:{port}"],
                "tls": "implicit" if tls else "starttls",
                **({} if tls else {"cleartext_login": "local"})}
        return {
            "server": {"name": "gateway.test", "user": OWNER},
            "admin": {"listen": []},
            "limits": {"per_address": {"connections": "off", "new": "off"},
                       "per_user": {"sessions": 10_000}},
            "tls": {"default": {"certificate": str(self.certificate.chain),
                                "private_key": str(key)}},
            "listener": listeners,
            "upstream": {"imap": {"url": f"imap://{HOST}:{self.upstream['imap']}", "tls": "off"}},
            "auth": {"throttle": {"per_address": "off", "per_user": "off"}},
            "state": {"path": str(state / "state.db")},
        }
