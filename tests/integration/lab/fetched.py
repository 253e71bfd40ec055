"""Programs of Debian packages that cannot be installed beside each other.

Cyrus, Courier and Dovecot conflict as packages, not as programs. The packages that `packages.txt`
at the top of the tree lists under `unpack` are downloaded with apt-get and unpacked into one
folder, once. It stands in the folder of all that is fetched for the tests: $POSTERN_TEST_FETCHED,
or tests/.work.
"""

import fcntl
import os
import tempfile
from pathlib import Path

from .process import run

_TOP = Path(__file__).resolve().parents[3]
_DOWNLOAD_SECONDS = 300


def fetched_folder():
    """Where things from elsewhere are kept from one run to the next."""
    folder = Path(os.environ.get("POSTERN_TEST_FETCHED") or _TOP / "tests/.work")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def unpacked_folder():
    """The root of the unpacked packages; downloads and unpacks what is missing."""
    root = fetched_folder() / "unpacked"
    root.mkdir(exist_ok=True)
    with open(root / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = [name for name in _packages() if not (root / f".{name}.unpacked").exists()]
        if missing:
            _unpack(missing, root)
    return root


def _packages():
    lines = (_TOP / "packages.txt").read_text(encoding="ascii").splitlines()
    words = (line.partition("#")[0].split() for line in lines)
    return [pair[1] for pair in words if pair and pair[0] == "unpack"]


def _unpack(packages, root):
    with tempfile.TemporaryDirectory() as downloads:
        run(["apt-get", "download", *packages], cwd=downloads, seconds=_DOWNLOAD_SECONDS)
        for package in packages:
            (file,) = Path(downloads).glob(f"{package}_*.deb")
            run(["dpkg-deb", "-x", file, root])
            (root / f".{package}.unpacked").touch()
