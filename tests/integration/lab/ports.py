"""Free loopback ports for the servers of the tests.

The servers are told their ports by number, so a port must stay free between choosing and binding.
Ports are taken from below the kernel's ephemeral range, where no outgoing connection lands, and
each is leased through a lock file that this process holds until it ends: several test runs on one
machine do not meet.
"""

import contextlib
import errno
import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

HOST = "127.0.0.1"
_FIRST, _LAST = 20_000, 32_000
_QUEUE_FILLERS = 8
_leases = {}


def free_port():
    """A loopback port that nobody listens on and no other test run will be given."""
    start = random.SystemRandom().randrange(_LAST - _FIRST)
    for step in range(_LAST - _FIRST):
        port = _FIRST + (start + step) % (_LAST - _FIRST)
        if port not in _leases and _lease(port):
            return port
    raise RuntimeError(f"no free port between {_FIRST} and {_LAST}")


@contextlib.contextmanager
def deaf_port():
    """A port that answers no SYN: it is listened on, but nobody accepts and its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((HOST, 0))
        listener.listen(0)
        for _ in range(_QUEUE_FILLERS):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def _lease(port):
    folder = Path(tempfile.gettempdir()) / f"postern-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _bind_once(port)
    except OSError as refusal:
        os.close(lock)
        if refusal.errno in (errno.EAGAIN, errno.EADDRINUSE, errno.EACCES):
            return False
        raise
    _leases[port] = lock
    return True


def _bind_once(port):
    """Fails as well while closed connections linger there: not every server would take it then."""
    with socket.socket() as probe:
        probe.bind((HOST, port))
