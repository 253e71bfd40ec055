"""The configuration that the tests start the gateway with: defaults, what a test changes, TOML.

A test gives a dictionary of what differs; it is laid over the defaults, table by table, and None
takes a key away. The defaults are those of an operator with two listeners and one upstream, but
without the limits and delays per address: all clients of a test come from one.
"""

import json
import os
import re
import shutil

from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.upstream import OWNER


def upstream_settings(server, tls_mode, ca_file):
    """The table of an upstream: a server of the laboratory or a fault server."""
    implicit = tls_mode == "implicit"
    port = server.tls_port if implicit else server.clear_port
    settings = {"url": f"imap{'s' if implicit else ''}://localhost:{port}"}
    if not implicit:
        settings["tls"] = "starttls" if tls_mode == "starttls" else "off"
    if tls_mode != "clear":
        settings["ca_file"] = str(ca_file)
    return settings


def default_settings(folder, pki, upstream):
    """Two listeners, one upstream, everything else in the folder."""
    key = folder / "gateway.key"
    key.write_bytes(pki.good.private_key.read_bytes())
    key.chmod(0o600)
    (folder / "state").mkdir(exist_ok=True)
    for path in (key, folder / "state"):
        shutil.chown(path, OWNER, OWNER)
    return {
        "server": {"name": "gateway.test", **({"user": OWNER} if os.geteuid() == 0 else {})},
        "log": {"level": "debug", "format": "logfmt", "users": "plain"},
        "admin": {"listen": [f"{HOST}:{free_port()}"]},
        "limits": {"per_address": {"connections": 10_000, "new": "1000000/min"}},
        "tls": {"default": {"certificate": str(pki.good.chain), "private_key": str(key)}},
        "listener": {
            "pop3": {"protocol": "pop3", "listen": [f"{HOST}:{free_port()}"], "tls": "starttls",
                     "cleartext_login": "local"},
            "pop3s": {"protocol": "pop3", "listen": [f"{HOST}:{free_port()}"], "tls": "implicit"},
        },
        "upstream": {"imap": upstream},
        "auth": {"failure_delay": "10ms", "throttle": {"per_address": "off", "per_user": "off"}},
        "state": {"path": str(folder / "state/state.db")},
    }


def imap_listeners(**more):
    """Two listeners for IMAP, to be had beside those for POP3."""
    common = {"protocol": "imap", **more}
    return {"imap": {**common, "listen": [f"{HOST}:{free_port()}"], "cleartext_login": "local"},
            "imaps": {**common, "listen": [f"{HOST}:{free_port()}"], "tls": "implicit"}}


def laid_over(settings, changes):
    """The settings with the changes; the arguments stay as they are."""
    merged = dict(settings)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = laid_over(merged[key], value)
        else:
            merged[key] = value
    return merged


def toml(settings, path=()):
    """The settings as TOML: plain values first, then a table for each dictionary."""
    plain, tables = [], []
    for key, value in settings.items():
        here = (*path, key)
        if isinstance(value, dict):
            tables.append(f"\n[{'.'.join(map(_key, here))}]\n{toml(value, here)}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            name = ".".join(map(_key, here))
            tables += [f"\n[[{name}]]\n{toml(entry, here)}" for entry in value]
        else:
            plain.append(f"{_key(key)} = {_value(value)}\n")
    return "".join(plain + tables)


def _key(key):
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value(value):
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)  # strings, numbers and truth values are the same in both
