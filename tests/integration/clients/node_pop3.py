"""node-pop3, a library for Node.js, driven by node/fetch.mjs. It knows neither STLS nor AUTH.

The library is installed by npm into the folder of things fetched for the tests, at the version and
with the digest that the lock file names.
"""

import fcntl
import json
import shutil
from pathlib import Path

from tests.integration.lab.process import run
from tests.integration.lab.fetched import fetched_folder

from .client import Client, Fault

_HERE = Path(__file__).resolve().parent / "node"
_SECONDS = 120
_INSTALL_SECONDS = 300


def _dots_left_in(text):
    return b"\r\n".join(b"." + line if line.startswith(b".") else line
                        for line in text.split(b"\r\n"))


def _without_last_line_end(text):
    return text.removesuffix(b"\r\n")


class NodePop3(Client):
    name = "node-pop3"
    tls_modes = ("clear", "implicit")
    faults = (
        Fault("fails if the first octet is NUL", "it takes the message for one that has not come",
              lambda text: None if text.startswith(b"\0") else text),
        Fault("leaves doubled dots in", "it does not know of them", _dots_left_in),
        Fault("loses the last line end", "it takes it for a part of the end mark",
              _without_last_line_end),
    )

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        mail = folder / "mail"
        mail.mkdir()
        told = {"library": str(_library()), "host": maildrop.host, "port": maildrop.port,
                "user": maildrop.user, "password": maildrop.password, "folder": str(mail),
                "tls": maildrop.tls_mode == "implicit", "ca": str(maildrop.ca_file), "keep": keep}
        run(["node", _HERE / "fetch.mjs"], stdin=None, input=json.dumps(told).encode(),
            seconds=_SECONDS)
        files = sorted(mail.iterdir(), key=lambda file: int(file.name))
        return [file.read_bytes() for file in files]


def _library():
    """The folder of the installed library; installs it if it is not the one of the lock file."""
    folder = fetched_folder() / "node"
    folder.mkdir(exist_ok=True)
    lock_file = (_HERE / "package-lock.json").read_bytes()
    installed = folder / "installed-lock.json"
    with open(folder / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_bytes() != lock_file:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_HERE / name, folder / name)
            run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                seconds=_INSTALL_SECONDS)
            installed.write_bytes(lock_file)
    return folder / "node_modules/node-pop3"
