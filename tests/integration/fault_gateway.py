"""The gateway between a raw POP3 client and the fault server: what the tests of both share.

`FaultyUpstreamCase` holds both ends: it starts them once for each class, gives every case a user of
its own, lets a client say a script, and judges afterwards. `judge` is the page of promises that
hold whatever the upstream does (G-1, G-2, G-7, G-9 of SECURITY.md): lists are exact or refused,
mail is whole or has no dot, nothing goes that was not asked to go, and QUIT does not lie. A test
adds what its own fault must look like.
"""

import itertools
import re
import unittest
from dataclasses import dataclass, field

from tests.integration.clients.raw import RawPop3
from tests.integration.gateway import Gateway
from tests.integration.gateway_config import laid_over
from tests.integration.lab.process import remove_folder, work_folder
from tests.integration.lab.tls import Pki
from tests.support.fault_imap import FaultImap
from tests.support.imap_commands import Settings

PASSWORD = "s3cret-of-joe"
HELD_BACK = 16 * 1024  # larger mail is streamed
BREAKER_NEVER_OPENS = {"failures": 10_000, "share": "100%", "window": 64}
PATIENCE = "1s"
QUICK = {
    "upstream": {"imap": {
        **{name: PATIENCE for name in ("greeting_timeout", "handshake_timeout", "login_timeout",
                                       "command_timeout", "load_idle", "body_idle")},
        "breaker": BREAKER_NEVER_OPENS,
    }},
    "pop3": {"retr_buffer": "16KiB", "commit_timeout": "3s"},
    "auth": {"negative_ttl": "0s"},
    "log": {"level": "info"},
}

SMALL = b"Subject: small\r\nFrom: a@example.test\r\n\r\nfirst line\r\nsecond\r\n"
SECOND = b"Subject: second\r\n\r\nanother body\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"".join(b"line %06d of many\r\n" % i for i in range(4000))
FOREIGN = b"Subject: flagged by somebody else\r\n\r\nkeep me\r\n"
UIDS = (3, 5, 8, 9)  # of the four; not the message numbers
FOREIGN_UID = 9

STEPS = {
    "greeting": "greeting",
    "starttls": "STARTTLS",
    "login": "LOGIN|AUTHENTICATE",
    "select": "SELECT|EXAMINE",
    "list": r"UID FETCH 1:\*",
    "body": r"UID FETCH .*BODY",
    "store": "UID STORE",
    "expunge": "UID EXPUNGE",
    "proof": "UID SEARCH",
    "logout": "LOGOUT",
}
FAULTS = {
    "hang": ["hang"],
    "close": [["replace", ""], "close"],
    "reset": [["replace", ""], "reset"],
    "close_tls": [["replace", ""], "close_tls"],
    "cut": [["cut", 5, "close"]],
    "bye": [["replace", "* BYE going down\r\n"], "close"],
    "garbage": [["before", "%@!* garbage\r\n"]],
    "endless": [["endless", 300_000]],
    "flood": [["flood", "* OK noise\r\n", 15_000]],
    "stray_tag": [["before", "zz9 OK done\r\n"]],
    "stray_plus": [["before", "+ go on\r\n"]],
    "bad": [["refuse", "BAD what is this"]],
    "no": [["refuse", "NO not now"]],
}
POLL = ("STAT", "LIST", "UIDL", "QUIT")
LISTS = ("STAT", "LIST", "UIDL")
DRAIN = ("STAT", "RETR 1", "DELE 1", "RETR 2", "DELE 2", "RETR 3", "DELE 3", "QUIT")
DELETE = ("DELE 1", "DELE 3", "QUIT")
_MULTILINE = ("RETR", "TOP", "CAPA")
# Everything the gateway may ever say after login: UIDs only, PEEK only, no CLOSE (T-061, M-079).
_ALLOWED = re.compile(
    r"CAPABILITY|STARTTLS|NOOP|LOGOUT|ID |ENABLE QRESYNC|(SELECT|EXAMINE) |LIST |NAMESPACE|"
    r"(LOGIN|AUTHENTICATE) |CREATE |"
    r"UID FETCH [\d:*,]+ \(UID( RFC822\.SIZE)?( INTERNALDATE)?( BODY\.PEEK\[\S*)?\)|"
    r"UID STORE [\d:,]+ \+FLAGS\.SILENT |UID (EXPUNGE|MOVE|COPY) [\d:,]+|UID SEARCH |EXPUNGE\Z")


@dataclass
class Heard:
    """What a client heard: the first line of each answer, whole mails, and how it ended."""

    lines: dict = field(default_factory=dict)  # command: first line; b"" if there came none
    bodies: dict = field(default_factory=dict)  # command: what followed, dots taken off
    ending: str = ""  # "" while open, then "closed", "reset" or "cut"

    def said(self, command):
        return self.lines.get(command, b"")

    def good(self, command):
        """Whether the answer was +OK, with all that belongs to it."""
        is_multiline = command.split()[0] in _MULTILINE or command in ("LIST", "UIDL")
        whole = not is_multiline or command in self.bodies
        return self.said(command).startswith(b"+OK") and whole


class Client(RawPop3):
    """A raw connection that notes what it hears, however the other side ends it."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.heard = Heard()

    def say(self, *commands):
        for command in commands:
            if self.heard.ending:
                break
            self._say(command)
        return self.heard

    def _say(self, command):
        heard, name = self.heard, command.split()[0]
        heard.lines[command] = b""
        try:
            line = heard.lines[command] = self.ask(command)
            if line.startswith(b"+OK") and (name in _MULTILINE or command in ("LIST", "UIDL")):
                heard.bodies[command] = undotted(self.read_multiline())
            if not line or name == "QUIT":
                heard.ending = self.read_to_end()[1]
        except EOFError:
            heard.ending = "closed"
        except (ConnectionResetError, BrokenPipeError):
            heard.ending = "reset"


class FaultyUpstreamCase(unittest.TestCase):
    """Gateway and fault server. Subclasses say how the gateway reaches the server, and more."""

    upstream_tls = "clear"
    server_settings = {}
    settings = {}

    @classmethod
    def setUpClass(cls):
        folder = work_folder("fault-gateway")
        cls.addClassCleanup(remove_folder, folder)
        cls.pki = Pki(folder / "tls")
        good = cls.pki.good
        cls.server = cls.enterClassContext(FaultImap(
            certificate=(good.chain, good.private_key), settings=Settings(**cls.server_settings)))
        cls.gateway = cls.enterClassContext(Gateway(
            cls.server, upstream_tls=cls.upstream_tls, pki=cls.pki,
            settings=laid_over(QUICK, cls.settings)))
        cls._numbers = itertools.count(1)

    def setUp(self):
        self.addCleanup(self.server.forget_rules)
        self.user = self.inbox = None

    # The two ends.

    def new_user(self, *mails):
        """A user of one case, with INBOX filled; without mails, with the usual four messages."""
        self.server.forget_rules()
        self.user = f"user{next(self._numbers)}@example.test"
        self.inbox = self.server.add_user(self.user, PASSWORD).find("INBOX")
        for octets in mails:
            self.inbox.add(octets)
        if not mails:
            for uid, octets in zip(UIDS, (SMALL, SECOND, LARGE, FOREIGN)):
                self.inbox.add(octets, uid=uid)
            self.inbox.set_flags(self.inbox.find(FOREIGN_UID), {r"\Deleted"})
        self.note_what_is_there()
        return self.inbox

    def note_what_is_there(self):
        """The state of INBOX that the next session is judged by."""
        self.before = self.inbox.bodies()
        self.flagged_before = set(self.inbox.flagged(r"\Deleted"))

    def connect(self, *, tls=False, **options):
        options |= {"context": self.pki.client_context()} if tls else {}
        port = self.gateway.port("pop3s" if tls else "pop3")
        client = Client("localhost" if tls else "127.0.0.1", port, **options)
        self.addCleanup(client.close)
        self.assertTrue(client.greeting().startswith(b"+OK"))
        return client

    def log_in(self, **options):
        """A client whose login was answered, whatever the answer."""
        client = self.connect(**options)
        client.say(f"USER {self.user}", f"PASS {PASSWORD}")
        client.heard.lines["PASS"] = client.heard.said(f"PASS {PASSWORD}")
        return client

    def entered(self, **options):
        """A client that is logged in, with the list loaded."""
        client = self.log_in(**options)
        self.assertTrue(client.heard.good("PASS"), client.heard.lines)
        self.assertTrue(client.say("STAT").good("STAT"), client.heard.lines)
        return client

    def session(self, *commands):
        """A whole session: login and the script, as far as it gets."""
        client = self.log_in()
        if client.heard.good("PASS"):
            client.say(*commands)
        client.close()
        return client.heard

    def play(self, step, fault, script, *, times=None, acts=True, known=False):
        """A session in which the fault is met at the step; judged, and followed by a sound poll.

        A mailbox that is `known` from an earlier session is opened by EXAMINE.
        """
        self.new_user()
        if known:
            self.session("QUIT")
        actions = FAULTS[fault] if isinstance(fault, str) else fault
        self.server.on(STEPS.get(step, step), *actions, times=times, acts=acts)
        seen = len(self.server.commands)
        heard = self.session(*script)
        self.server.forget_rules()
        self.judge(heard, seen)
        self.poll_soundly()
        return heard

    # The promises.

    def judge(self, heard, seen=0, *, refused=False):
        """Holds what was heard, and what is left upstream, against the promises."""
        self.judge_lists(heard)
        self.judge_mails(heard)
        self.judge_mailbox(heard)
        if not refused:  # G-9: the password was right all the time
            self.assertNotIn(b"[AUTH]", heard.said("PASS"))
        for command in self.server.commands[seen:]:
            self.assertRegex(command.line, _ALLOWED)

    def judge_lists(self, heard):
        uids = list(self.before)
        sizes = [len(octets) for octets in self.before.values()]
        validity = self.inbox.uid_validity
        if heard.good("STAT"):
            self.assertEqual(heard.said("STAT"), b"+OK %d %d\r\n" % (len(sizes), sum(sizes)))
        if heard.good("LIST"):
            expected = b"".join(b"%d %d\r\n" % pair for pair in enumerate(sizes, 1))
            self.assertEqual(heard.bodies["LIST"], expected)
        if heard.good("UIDL"):
            expected = b"".join(b"%d %08x%08x\r\n" % (number, uid, validity)
                                for number, uid in enumerate(uids, 1))
            self.assertEqual(heard.bodies["UIDL"], expected)

    def judge_mails(self, heard):
        """G-2: what ended with a dot is the message that is numbered so, to the last octet."""
        mails = list(self.before.values())
        for command, octets in heard.bodies.items():
            name, number, *lines = f"{command} 0".split()[:3]
            if name not in ("RETR", "TOP"):
                continue
            expected = mails[int(number) - 1]
            if name == "TOP":
                kept = expected.splitlines(keepends=True)
                expected = b"".join(kept[:kept.index(b"\r\n") + 1 + int(*lines)])
            self.assertEqual(octets, expected, command)

    def judge_mailbox(self, heard):
        """G-1: what is gone was asked to go, in a session that said QUIT, and was not damaged."""
        uids = list(self.before)
        asked = set()
        for command in heard.lines:  # in the order of saying
            if command.startswith("DELE ") and heard.good(command):
                asked.add(uids[int(command.split()[1]) - 1])
            elif command == "RSET":
                asked.clear()
        damaged = {uids[int(command.split()[1]) - 1] for command in heard.lines
                   if command.startswith("RETR ") and not heard.good(command)}
        left = self.inbox.bodies()
        gone = set(self.before) - set(left)
        self.assertLessEqual(gone, asked - damaged if "QUIT" in heard.lines else set())
        if heard.good("QUIT"):
            self.assertEqual(gone, asked, "QUIT says that they are gone")
        self.assertEqual(left, {uid: self.before[uid] for uid in left})
        flagged = set(self.inbox.flagged(r"\Deleted"))
        self.assertLessEqual(flagged - self.flagged_before, asked)
        self.assertLessEqual(self.flagged_before - asked, flagged, "nothing loses its flag")

    def poll_soundly(self):
        """The next session, without faults, sees all that is left, under the same UIDLs."""
        self.note_what_is_there()
        heard = self.session(*POLL)
        for command in ("PASS", *POLL):
            self.assertTrue(heard.good(command), (command, heard.lines))
        self.judge(heard)

    def assert_heard(self, heard, **beginnings):
        """PASS="-ERR [SYS/TEMP]": how answers begin; RETR_1 is RETR 1."""
        for command, beginning in beginnings.items():
            said = heard.said(command.replace("_", " "))
            self.assertTrue(said.startswith(beginning.encode()), (command, said, heard.lines))

    def assert_logged(self, name, **fields):
        """The log line about the case's user; lines are written behind the client's back."""
        return self.gateway.wait_for_event(name, user=self.user, **fields)


def undotted(wire):
    """A multi-line answer without its end, and without the dots that were put in."""
    lines = wire.split(b"\r\n")[:-2]
    return b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n" for line in lines)
