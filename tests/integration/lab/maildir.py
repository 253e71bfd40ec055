"""Delivery into a Maildir: a message is a file, and the file is the message octet for octet."""

import itertools
import os
import shutil
import time
from pathlib import Path

_serial = itertools.count(1)


def make(folder, owner):
    """An empty Maildir that belongs to `owner`."""
    for part in (folder, *(Path(folder) / name for name in ("cur", "new", "tmp"))):
        os.makedirs(part, exist_ok=True)
        shutil.chown(part, owner, owner)


def deliver(folder, owner, messages):
    """Adds messages; their names sort in the order given, which the servers number them by."""
    now = int(time.time())
    for octets in messages:
        name = f"{now}.M{next(_serial):09d}P{os.getpid()}.test"
        waiting = Path(folder) / "tmp" / name
        waiting.write_bytes(octets)
        shutil.chown(waiting, owner, owner)
        waiting.rename(Path(folder) / "new" / name)
