"""Libraries for Node.js, installed by npm into the folder of things fetched for the tests, at the
versions and with the digests that the lock file names.
"""

import fcntl
import shutil
from pathlib import Path

from tests.integration.lab.fetched import fetched_folder
from tests.integration.lab.process import run

HERE = Path(__file__).resolve().parent / "node"
_INSTALL_SECONDS = 300


def library(name):
    """The folder of an installed library; installs all if they are not those of the lock file."""
    folder = fetched_folder() / "node"
    folder.mkdir(exist_ok=True)
    lock_file = (HERE / "package-lock.json").read_bytes()
    installed = folder / "installed-lock.json"
    with open(folder / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_bytes() != lock_file:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(HERE / file, folder / file)
            run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                seconds=_INSTALL_SECONDS)
            installed.write_bytes(lock_file)
    return folder / "node_modules" / name
