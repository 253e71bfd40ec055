"""Delivery into a Maildir: a message is a file, and the file is the message octet for octet.

What a server makes of the octets when it reads them is its own affair: see `as_stored` of the
servers that keep their mail in Maildirs.
"""

import itertools
import os
import pwd
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
    user = pwd.getpwnam(owner)
    for octets in messages:
        name = f"{now}.M{next(_serial):09d}P{os.getpid()}.test"
        waiting = Path(folder) / "tmp" / name
        waiting.write_bytes(octets)
        os.chown(waiting, user.pw_uid, user.pw_gid)
        waiting.rename(Path(folder) / "new" / name)
