"""What the tests ask of every IMAP server, whichever it is.

A server is started in a work folder of its own, knows its ports, takes users and messages, and can
be looked at with imaplib. It listens on `clear_port` (with STARTTLS where it can) and, where it
can, with implicit TLS on `tls_port`. All certificates come from `pki`.

`as_stored` is the server's own page of truth: which octets IMAP hands out for a delivered message.
"""

import contextlib
import imaplib
import re

from .ports import HOST, free_port
from .process import remove_folder, work_folder
from .tls import Pki

IMAP_SECONDS = 30
# imaplib refuses longer lines; a listing of a large mailbox is one line here and there.
imaplib._MAXLINE = 10_000_000

# The owner of all mail: a user that every Debian has, so that no test needs to make one.
OWNER = "mail"


class Upstream:
    """One IMAP server; also a context manager. Subclasses fill in the seven methods at the end."""

    name = ""
    can_starttls = True

    def __init__(self):
        self.host = HOST
        self.folder = None
        self.pki = None
        self.clear_port = None
        self.tls_port = None
        self.passwords = {}

    def start(self):
        self.folder = work_folder(self.name)
        self.pki = Pki(self.folder / "tls")
        self.clear_port, self.tls_port = free_port(), free_port()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        if self.folder is not None:
            self._stop()
            remove_folder(self.folder)
            self.folder = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def add_user(self, name, password):
        self.passwords[name] = password
        self._add_user(name, password)

    def connect(self, tls_mode="clear"):
        """An imaplib connection before login: "clear", "starttls" or "implicit"."""
        if tls_mode == "implicit":
            return imaplib.IMAP4_SSL(self.host, self.tls_port, timeout=IMAP_SECONDS,
                                     ssl_context=self.pki.client_context())
        connection = imaplib.IMAP4(self.host, self.clear_port, timeout=IMAP_SECONDS)
        if tls_mode == "starttls":
            connection.starttls(self.pki.client_context())
        return connection

    @contextlib.contextmanager
    def imap(self, user, tls_mode="clear", mailbox="INBOX"):
        """A logged-in imaplib connection with the mailbox selected (None: none)."""
        connection = self.connect(tls_mode)
        try:
            log_in(connection, user, self.passwords[user])
            if mailbox is not None:
                expect_ok(connection.select(mailbox))
            yield connection
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                connection.logout()

    def capabilities(self, user=None, tls_mode="clear"):
        """The set of capabilities before login, or of a logged-in user."""
        if user is None:
            connection = self.connect(tls_mode)
            answer = connection.capability()
            connection.logout()
        else:
            with self.imap(user, tls_mode, mailbox=None) as connection:
                answer = connection.capability()
        return set(expect_ok(answer)[-1].decode().split())

    def read_back(self, user, mailbox="INBOX"):
        """UID to octets (None for NIL) of all that IMAP shows in a mailbox, in ascending order."""
        with self.imap(user, mailbox=mailbox) as connection:
            return fetch_bodies(connection, "1:*")

    def expunge_elsewhere(self, user, *uids):
        """Removes messages through a connection of its own, as another mail program would."""
        with self.imap(user) as connection:
            chosen = ",".join(map(str, uids))
            expect_ok(connection.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)"))
            expect_ok(connection.expunge())

    def as_stored(self, octets):
        """The octets that this server's IMAP gives for a message delivered as `octets`."""
        return octets

    def _start(self):
        raise NotImplementedError

    def _stop(self):
        raise NotImplementedError

    def _add_user(self, name, password):
        raise NotImplementedError

    def deliver(self, user, messages):
        """Puts messages into INBOX in this order, by the way that changes their octets least."""
        raise NotImplementedError


def log_in(connection, user, password):
    """Logs in; AUTHENTICATE takes what imaplib's LOGIN cannot, which is anything outside ASCII."""
    if (user + password).isascii():
        expect_ok(connection.login(user, password))
    else:
        secret = "\0".join(("", user, password)).encode()
        expect_ok(connection.authenticate("PLAIN", lambda _: secret))


def expect_ok(answer):
    """The data of an imaplib answer; anything but OK is an error."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(f"expected OK: {answer}")
    return answer[1]


def fetch_bodies(connection, uids):
    """UID to octets for the messages of a UID set, or None where the server says NIL."""
    parts = expect_ok(connection.uid("FETCH", uids, "(UID BODY.PEEK[])"))
    found, literal, line = {}, None, b""
    for part in parts:
        if isinstance(part, tuple):
            line, literal = line + part[0], part[1]
            continue
        if part is None:
            continue
        line += part
        uid = re.search(rb"\bUID (\d+)", line)
        if uid:
            found[int(uid.group(1))] = b"" if literal is None and b'""' in line else literal
        literal, line = None, b""
    return dict(sorted(found.items()))
