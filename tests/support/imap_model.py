"""What an IMAP server keeps: accounts, mailboxes, messages, and one connection's view of a mailbox.

The model is correct on purpose (RFC 3501; MODSEQ and VANISHED after RFC 7162): faults are laid over
its answers by rules, so that a test can ask the model afterwards what was really done.
Every change happens under `Store.lock`.
"""

import datetime
import itertools
import threading
from dataclasses import dataclass, field

from tests.support.imap_grammar import compose_set

SYSTEM_FLAGS = (r"\Answered", r"\Flagged", r"\Deleted", r"\Seen", r"\Draft")


class Repeated:
    """A huge body without its memory: a block repeated up to a length."""

    def __init__(self, block, length):
        self._block, self._length = block, length

    def __len__(self):
        return self._length

    def __getitem__(self, part):
        start, stop, _ = part.indices(self._length)
        copies = self._block * ((stop - start) // len(self._block) + 2)
        skip = start % len(self._block)
        return copies[skip:skip + max(stop - start, 0)]


@dataclass
class Message:
    """`octets` is bytes or anything with a length and slices. `told_size` overrides RFC822.SIZE."""

    uid: int
    octets: object
    flags: set = field(default_factory=set)
    internal_date: datetime.datetime = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    modseq: int = 1
    told_size: int = None

    def size(self):
        return len(self.octets) if self.told_size is None else self.told_size

    def header(self):
        """Up to and with the empty line that ends the header."""
        start = bytes(self.octets[:65536])
        end = start.find(b"\r\n\r\n")
        return b"\r\n" if start.startswith(b"\r\n") else start if end < 0 else start[:end + 4]


class Mailbox:
    """Messages in UID order."""

    def __init__(self, name, uid_validity, *, special_use=None):
        self.name = name
        self.special_use = special_use
        self.uid_validity = uid_validity
        self.uid_next = 1
        self.highest_modseq = 1
        self.read_only = False
        self.messages = []
        self.vanished = []  # (UID, modseq) of what was expunged
        self.expunges = 0

    def add(self, octets, *, flags=(), internal_date=None, uid=None, told_size=None):
        """Appends one message; a UID may be given as long as UIDs go on rising."""
        uid = uid or self.uid_next
        assert uid >= self.uid_next, "UIDs only rise"
        message = Message(uid, octets, set(flags), modseq=self._change(), told_size=told_size)
        if internal_date is not None:
            message.internal_date = internal_date
        self.messages.append(message)
        self.uid_next = uid + 1
        return message

    def find(self, uid):
        return next((message for message in self.messages if message.uid == uid), None)

    def uids(self):
        return [message.uid for message in self.messages]

    def bodies(self):
        """UID to octets of all that is there: what a test compares in the end."""
        return {message.uid: bytes(message.octets[:]) for message in self.messages}

    def flagged(self, flag):
        """The UIDs of the messages that carry a flag."""
        return [message.uid for message in self.messages if flag in message.flags]

    def set_flags(self, message, flags):
        if message.flags != flags:
            message.flags = flags
            message.modseq = self._change()

    def expunge(self, uids):
        """Removes messages as if some connection had; returns the UIDs that were there."""
        chosen = set(uids)
        gone = [message.uid for message in self.messages if message.uid in chosen]
        self.messages = [message for message in self.messages if message.uid not in chosen]
        self.vanished += [(uid, self._change()) for uid in gone]
        self.expunges += len(gone)
        return gone

    def renumber(self, uid_validity=None):
        """Gives every message a new UID under a new UIDVALIDITY, as after a rebuilt mailbox."""
        self.uid_validity = uid_validity or self.uid_validity + 1
        for uid, message in enumerate(self.messages, 1):
            message.uid = uid
        self.uid_next = len(self.messages) + 1
        self.vanished.clear()
        self._change()

    def _change(self):
        self.highest_modseq += 1
        return self.highest_modseq


class Account:
    """One user with a password, perhaps OAuth tokens, and mailboxes."""

    def __init__(self, name, password, uid_validity):
        self.name, self.password = name, password
        self.tokens = set()
        self._uid_validity = itertools.count(uid_validity)
        self.mailboxes = {}
        self.create("INBOX")

    def create(self, name, *, special_use=None):
        """A new mailbox, or None if there is one of that name."""
        if self.find(name) is not None:
            return None
        mailbox = Mailbox(name, next(self._uid_validity), special_use=special_use)
        self.mailboxes[name] = mailbox
        return mailbox

    def find(self, name):
        return self.mailboxes.get("INBOX" if name.upper() == "INBOX" else name)


class Store:
    """All accounts of a server, and the lock for everything in them."""

    def __init__(self):
        self.lock = threading.RLock()
        self.accounts = {}

    def add(self, name, password, uid_validity=1_700_000_000):
        with self.lock:
            self.accounts[name] = Account(name, password, uid_validity)
            return self.accounts[name]

    def account_for(self, name, password):
        """The account, if the password is right."""
        account = self.accounts.get(name)
        return account if account is not None and account.password == password else None


class View:
    """A mailbox as one connection sees it: sequence numbers change only when it is told."""

    def __init__(self, mailbox, read_only):
        self.mailbox, self.read_only = mailbox, read_only
        self.messages = list(mailbox.messages)
        self._told_validity = mailbox.uid_validity
        self._told_modseq = mailbox.highest_modseq
        self._told_expunges = mailbox.expunges

    def numbered(self):
        """(sequence number, message) of all in view, those expunged elsewhere included."""
        return list(enumerate(self.messages, 1))

    def gone(self):
        """The identities of messages in view that were expunged and not yet told of."""
        if self._told_expunges == self.mailbox.expunges:
            return set()
        present = {id(message) for message in self.mailbox.messages}
        return {id(message) for message in self.messages} - present

    def updates(self, *, may_expunge, vanished):
        """The untagged lines that bring this connection up to date; `vanished` for QRESYNC."""
        if self._told_modseq == self.mailbox.highest_modseq:
            return []
        lines = []
        if self._told_validity != self.mailbox.uid_validity:
            self._told_validity = self.mailbox.uid_validity
            lines.append(f"OK [UIDVALIDITY {self._told_validity}] changed")
        if may_expunge:
            lines += self._expunges(vanished)
            self._told_modseq = self.mailbox.highest_modseq
        held = {id(message) for message in self.messages}
        new = [message for message in self.mailbox.messages if id(message) not in held]
        if new:
            self.messages += new
            lines.append(f"{len(self.messages)} EXISTS")
        return lines

    def _expunges(self, vanished):
        gone = self.gone()
        self._told_expunges = self.mailbox.expunges
        if not gone:
            return []
        numbers = [number for number, message in self.numbered() if id(message) in gone]
        uids = [message.uid for message in self.messages if id(message) in gone]
        self.messages = [message for message in self.messages if id(message) not in gone]
        if vanished:
            return [f"VANISHED {compose_set(uids)}"]
        return [f"{number} EXPUNGE" for number in reversed(numbers)]
