"""What arrives in a mailbox from now on, seen by IMAP: how a test waits for mail that it sent."""

from .process import wait_until
from .upstream import fetch_bodies

_SECONDS = 20


class Arrivals:
    """New messages of one mailbox, each shown once."""

    def __init__(self, server, user, mailbox="INBOX"):
        self._server, self._user, self._mailbox = server, user, mailbox
        self._last = max(server.read_back(user, mailbox), default=0)

    def take(self, count=1, seconds=_SECONDS):
        """The octets of the next messages, once there are so many; more are an error."""
        found = wait_until(lambda: self._found(count), seconds,
                           f"{count} messages for {self._user}")
        if len(found) > count:
            raise AssertionError(f"{len(found)} messages for {self._user}, not {count}")
        self._last = max(found)
        return list(found.values())

    def none(self):
        """Whether nothing has arrived by now."""
        return not self._new()

    def _found(self, count):
        found = self._new()
        return found if len(found) >= count else None

    def _new(self):
        with self._server.imap(self._user, mailbox=self._mailbox) as connection:
            found = fetch_bodies(connection, f"{self._last + 1}:*")
        return {uid: octets for uid, octets in found.items() if uid > self._last}
