"""The loads: what one run of the driver does, over which mailboxes, what one unit of its work is,
and what postern is held to."""

from dataclasses import dataclass, field

from . import mailboxes
from .goals import GATEWAY, SUM, WALL, Bound, Goal
from .mailboxes import Kind


@dataclass(frozen=True)
class Load:
    name: str
    about: str
    mode: str  # of the driver
    mailbox: Kind = mailboxes.TEN
    users: int = 0  # 0: all of that kind
    lanes: int = 1  # sessions at a time
    sessions: int = 1
    unit: str = "session"  # session, message, MiB, or session held
    units: int = 1  # in a session
    tls: bool = True  # in front
    scene: str = "real"
    delay_ms: int = 0  # each way between gateway and upstream
    direct_mode: str = ""  # of the driver, where without a gateway it speaks another protocol
    seconds: int = 120  # for all sessions; a busy machine needs a lot, as a server with processes
    goals: tuple = ()
    extra: dict = field(default_factory=dict)

    @property
    def protocol(self):
        return protocol_of(self.mode)

    @property
    def holds(self):
        """Whether it is the memory of sessions that is measured; far ones are held for a while."""
        return self.scene != "tap" and self.mode in ("pop3-hold", "imap-idle")

    def options(self, *, mode="", tls=True, sessions=None):
        """The driver's command line, but for the port. Without a mode it is the load's own."""
        values = {
            "mode": mode or self.mode, "user": self.mailbox.name,
            "users": self.users or self.mailbox.users,
            "lanes": self.lanes, "sessions": sessions or self.sessions,
            "expect": 0 if self.scene == "idle" else self.mailbox.messages,
            "tls": int(tls), "seconds": self.seconds, **self.extra}
        return [f"--{name}={value}" for name, value in values.items()]


def protocol_of(mode):
    return mode.split("-")[0].replace("submit", "submission")


_POLL_DOWN = Bound("down", "octets from upstream", 1500)
_POLL = {
    "poll-10": (mailboxes.TEN, 16, 200, "10 messages", (Goal(1.1, "nginx"),)),
    "poll-1k": (mailboxes.THOUSAND, 8, 120, "1,000 messages",
                (Goal(1.0, "nginx"), Goal(1.0, "direct", SUM), _POLL_DOWN)),
    "poll-10k": (mailboxes.TEN_THOUSAND, 4, 24, "10,000 messages",
                 (Goal(0.35, "direct", SUM), _POLL_DOWN)),
    "poll-100k": (mailboxes.HUNDRED_THOUSAND, 2, 4, "100,000 messages",
                  (Goal(0.15, "direct", SUM), _POLL_DOWN)),
}
_HELD = Bound("memory_kib", "KiB for each session", 17)


def _pop3():
    for name, (mailbox, lanes, sessions, about, goals) in _POLL.items():
        yield Load(name, f"POP3 poll, {about} (connect, login, STAT, UIDL, QUIT)", "pop3-poll",
                   mailbox, lanes=lanes, sessions=sessions, goals=goals, seconds=300)
    yield Load("drain-4k", "POP3 drain, 1,000 x 4 KiB, one RETR at a time", "pop3-drain",
               mailboxes.THOUSAND, lanes=4, sessions=4, unit="message", units=1000,
               goals=(Goal(1.1, "nginx"),))
    yield Load("drain-1m", "POP3 drain, 100 x 1 MiB", "pop3-drain", mailboxes.HUNDRED_LARGE,
               lanes=2, sessions=4, unit="MiB", units=100, goals=(Goal(1.0, "nginx"),))
    headers = mailboxes.header_octets(mailboxes.THOUSAND)
    yield Load("top", "POP3 TOP n 0 of 1,000 messages", "pop3-top", mailboxes.THOUSAND,
               lanes=4, sessions=8, unit="message", units=1000,
               goals=(Goal(1.3, "nginx"),
                      Bound("down", "octets from upstream", 2 * headers + 128 * 1000)))
    yield Load("held-pop3", "2,000 POP3 sessions, logged in and idle, 8 for each of 250 users",
               "pop3-hold", lanes=32, sessions=2000, unit="session held", seconds=600,
               goals=(_HELD,))


def _imap():
    yield Load("login-imap", "IMAP connect, LOGIN, SELECT, LOGOUT", "imap-login", users=200,
               lanes=16, sessions=400, goals=(Goal(1.0, "nginx"),))
    large = {"mode": "imap-fetch", "mailbox": mailboxes.TWO_HUNDRED_LARGE, "lanes": 2,
             "sessions": 4, "unit": "MiB", "units": 200}
    yield Load("fetch", "IMAP FETCH of 200 x 1 MiB", **large,
               goals=(Goal(1.0, "haproxy"), Goal(0.7, "nginx")))
    yield Load("fetch-clear", "the same, clear in front", **large, tls=False,
               goals=(Goal(1.0, "haproxy"),))
    held = {"mode": "imap-idle", "users": 200, "lanes": 32, "unit": "session held",
            "goals": (_HELD,), "seconds": 600}
    yield Load("held-imap", "2,000 sessions in IDLE over Dovecot", **held, sessions=2000)
    yield Load("held-imap-8k", "8,000 sessions in IDLE over a server that only idles", **held,
               sessions=8000, scene="idle")


def _submission():
    yield Load("submit-4k", "submission: connect, AUTH PLAIN, one message of 4 KiB, QUIT",
               "submit", users=200, lanes=16, sessions=400, extra={"octets": 4096},
               goals=(Goal(1.0, "nginx"),))
    yield Load("submit-1m", "submission: 50 x 1 MiB in one session", "submit", lanes=2, users=2,
               sessions=4, unit="MiB", units=50, extra={"octets": 1 << 20, "messages": 50},
               goals=(Goal(1.1, "nginx"),))


def _far():
    far = {"scene": "tap", "delay_ms": 10}
    yield Load("stat-far", "one POP3 client, upstream 20 ms away, until STAT is answered; without "
               "a gateway IMAP's LOGIN, EXAMINE and FETCH in one write", "pop3-hold",
               mailboxes.THOUSAND, sessions=8, direct_mode="imap-poll", **far,
               goals=(Bound("exchanges", "exchanges with the upstream", 1),
                      Goal(1.0, "direct", WALL, more=10)))
    yield Load("drain-4k-far", "one POP3 client, upstream 20 ms away, 1,000 x 4 KiB, one RETR at "
               "a time", "pop3-drain", mailboxes.THOUSAND, unit="message", units=1000,
               seconds=300, **far, goals=(Goal(0.25, "imapc", WALL),))
    yield Load("poll-1k-far", "POP3 poll, 1,000 messages, upstream 20 ms away", "pop3-poll",
               mailboxes.THOUSAND, lanes=8, sessions=16, **far)
    yield Load("login-imap-far", "IMAP login and logout, upstream 20 ms away", "imap-login",
               users=200, lanes=16, sessions=160, **far)


LOADS = {load.name: load for loads in (_pop3(), _imap(), _submission(), _far()) for load in loads}
