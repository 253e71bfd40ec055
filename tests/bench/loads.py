"""The loads: what one run of the driver does, over which mailboxes, what one unit of its work is,
and what postern is held to."""

from dataclasses import dataclass, field

from . import mailboxes
from .mailboxes import Kind


@dataclass(frozen=True)
class Goal:
    """CPU of the gateway at most `factor` times a rival's, in the same run."""

    factor: float
    rival: str


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
    goals: tuple = ()
    memory_kib_max: int = 0  # for each held session
    extra: dict = field(default_factory=dict)

    @property
    def protocol(self):
        return self.mode.split("-")[0].replace("submit", "submission")

    @property
    def holds(self):
        return self.mode in ("pop3-hold", "imap-idle")

    def options(self, *, sessions=None, lanes=None):
        """The driver's command line, but for the port."""
        values = {
            "mode": self.mode, "user": self.mailbox.name, "users": self.users or self.mailbox.users,
            "lanes": lanes or self.lanes, "sessions": sessions or self.sessions,
            "expect": 0 if self.scene == "idle" else self.mailbox.messages,
            "tls": int(self.tls), **self.extra}
        return [f"--{name}={value}" for name, value in values.items()]


_POLL = {
    "poll-10": (mailboxes.TEN, 16, 200, "10 messages",
                (Goal(1.1, "nginx"),)),
    "poll-1k": (mailboxes.THOUSAND, 8, 120, "1,000 messages", (Goal(1.0, "nginx"),)),
    "poll-10k": (mailboxes.TEN_THOUSAND, 4, 24, "10,000 messages", ()),
    "poll-100k": (mailboxes.HUNDRED_THOUSAND, 2, 4, "100,000 messages", ()),
}

# To log thousands in; a real upstream starts a process for each.
_PATIENT = {"seconds": 600}


def _all():
    for name, (mailbox, lanes, sessions, about, goals) in _POLL.items():
        yield Load(name, f"POP3 poll, {about} (connect, login, STAT, UIDL, QUIT)", "pop3-poll",
                   mailbox, lanes=lanes, sessions=sessions, goals=goals)
    yield Load("drain-4k", "POP3 drain, 1,000 x 4 KiB, one RETR at a time", "pop3-drain",
               mailboxes.THOUSAND, lanes=4, sessions=4, unit="message", units=1000,
               goals=(Goal(1.1, "nginx"),))
    yield Load("drain-1m", "POP3 drain, 100 x 1 MiB", "pop3-drain", mailboxes.HUNDRED_LARGE,
               lanes=2, sessions=4, unit="MiB", units=100, goals=(Goal(1.0, "nginx"),))
    yield Load("top", "POP3 TOP n 0 of 1,000 messages", "pop3-top", mailboxes.THOUSAND,
               lanes=4, sessions=8, unit="message", units=1000, goals=(Goal(1.3, "nginx"),))
    yield Load("held-pop3", "2,000 POP3 sessions, logged in and idle, 8 for each of 250 users",
               "pop3-hold", lanes=32, sessions=2000, unit="session held", memory_kib_max=17,
               extra=_PATIENT)

    yield Load("login-imap", "IMAP connect, LOGIN, SELECT, LOGOUT", "imap-login", users=200,
               lanes=16, sessions=400, goals=(Goal(1.0, "nginx"),), extra={"seconds": 90})
    large = {"mode": "imap-fetch", "mailbox": mailboxes.TWO_HUNDRED_LARGE, "lanes": 2,
             "sessions": 4, "unit": "MiB", "units": 200}
    yield Load("fetch", "IMAP FETCH of 200 x 1 MiB", **large,
               goals=(Goal(1.0, "haproxy"), Goal(0.7, "nginx")))
    yield Load("fetch-clear", "the same, clear in front", **large, tls=False,
               goals=(Goal(1.0, "haproxy"),))
    held = {"mode": "imap-idle", "users": 200, "lanes": 32, "unit": "session held",
            "memory_kib_max": 17, "extra": _PATIENT}
    yield Load("held-imap", "2,000 sessions in IDLE over Dovecot", **held, sessions=2000)
    yield Load("held-imap-8k", "8,000 sessions in IDLE over a server that only idles", **held,
               sessions=8000, scene="idle")

    yield Load("submit-4k", "submission: connect, AUTH PLAIN, one message of 4 KiB, QUIT",
               "submit", users=200, lanes=16, sessions=400, extra={"octets": 4096},
               goals=(Goal(1.0, "nginx"),))
    yield Load("submit-1m", "submission: 50 x 1 MiB in one session", "submit", lanes=2, users=2,
               sessions=4, unit="MiB", units=50, extra={"octets": 1 << 20, "messages": 50},
               goals=(Goal(1.1, "nginx"),))

    far = {"scene": "tap", "delay_ms": 10}
    yield Load("poll-1k-far", "POP3 poll, 1,000 messages, upstream 20 ms away", "pop3-poll",
               mailboxes.THOUSAND, lanes=8, sessions=16, **far)
    yield Load("drain-4k-far", "POP3 drain, 1,000 x 4 KiB, upstream 20 ms away", "pop3-drain",
               mailboxes.THOUSAND, lanes=4, sessions=4, unit="message", units=1000, **far)
    yield Load("login-imap-far", "IMAP login and logout, upstream 20 ms away", "imap-login",
               users=200, lanes=16, sessions=160, **far)


LOADS = {load.name: load for load in _all()}
