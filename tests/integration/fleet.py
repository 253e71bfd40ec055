"""Real servers behind one gateway: each user goes the way that the domain of the name says.

A fleet starts servers of the laboratory and one gateway, whose routes send `u@LABEL.SERVER.test` to
that server by the lane of that label: clear, STARTTLS or implicit TLS, with settings of POP3 of its
own if wanted. So that one start of everything serves a whole module of tests.

The gateway logs all it can, every dialogue included. When the fleet ends, its log must hold none of
the passwords that it was told of, in any form: a fleet that finds one fails.
"""

import base64
import contextlib
import re
from dataclasses import dataclass, field

from tests.integration import gateway_config
from tests.integration.clients.raw import open_maildrop
from tests.integration.gateway import Gateway
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.mailutils import Mailutils
from tests.integration.lab.upstream import expect_ok

KINDS = {kind.name: kind for kind in (Dovecot, LegacyFront, Cyrus, Courier, Mailutils)}
PASSWORD = 'Xq7"k\\9:pL wZ'  # distinctive, and with what quoting gets wrong


@dataclass(frozen=True)
class Lane:
    """How the gateway reaches a server, and what it does there differently."""

    tls_mode: str = "clear"
    pop3: dict = field(default_factory=dict)


LANES = {mode: Lane(mode) for mode in ("clear", "starttls", "implicit")}


@dataclass(frozen=True)
class Account:
    """A user of a server, and who has to be asked about the mail."""

    server: object
    user: str
    password: str

    def look(self, mailbox="INBOX"):
        """UID to flags of what lies upstream, seen by a connection that is not the gateway's."""
        with self.server.imap(self.user, mailbox=mailbox) as connection:
            return flags(connection)

    def uid_validity(self):
        with self.server.imap(self.user) as connection:
            return int(connection.response("UIDVALIDITY")[1][0])

    def bodies(self, mailbox="INBOX"):
        """The octets of what lies upstream, in the order of UIDs."""
        if not self.look(mailbox):
            return []
        return list(self.server.read_back(self.user, mailbox).values())


class Fleet:
    """Servers, their lanes, the gateway; also a context manager.

    `kinds` are names of KINDS, or names with a function that makes the server. `settings` are laid
    over those of the gateway; routes among them come last.
    """

    def __init__(self, kinds=tuple(KINDS), *, lanes=None, settings=None):
        makers = kinds if isinstance(kinds, dict) else {name: KINDS[name] for name in kinds}
        self.lanes = lanes or LANES
        self.servers = {name: make() for name, make in makers.items()}
        self.gateway = None
        self._settings, self._secrets, self._accounts = dict(settings or {}), {PASSWORD}, 0
        self._running = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.callback(self._running.close)
            # One by one: a program of the laboratory ends with the thread that started it.
            for server in self.servers.values():
                self._running.enter_context(server)
            self.gateway = self._running.enter_context(self._made_gateway())
            undo.pop_all()
        return self

    def __exit__(self, *_):
        try:
            self.check_secrets()
        finally:
            self._running.close()

    def account(self, server, lane, *messages, password=PASSWORD, deliver=True):
        """A new user whose mail is at that server and goes by that lane."""
        self._accounts += 1
        self._secrets.add(password)
        user = f"u{self._accounts}@{lane}.{server}.test"
        account = Account(self.servers[server], user, password)
        account.server.add_user(user, password)
        if deliver and messages:
            account.server.deliver(user, messages)
        return account

    def maildrop(self, account, tls_mode="clear", password=None):
        """Where a client of the gateway finds the mail of an account."""
        if password is not None:
            self._secrets.add(password)
        return self.gateway.maildrop(account.user, password or account.password, tls_mode)

    def open(self, account, tls_mode="clear", **options):
        """A raw session that is logged in."""
        return open_maildrop(self.maildrop(account, tls_mode), **options)

    def check_secrets(self):
        """Fails if the gateway's output holds a password that it was given."""
        text = self.gateway.whole_log()
        found = [form for secret in self._secrets for form in forms(secret) if form in text]
        if found:
            raise AssertionError(f"secrets in the gateway's output: {found}")

    def _made_gateway(self):
        upstreams, routes = {"imap": None}, []
        for name, server in self.servers.items():
            for label, lane in self.lanes.items():
                upstreams[f"{name}-{label}"] = gateway_config.upstream_settings(
                    server, lane.tls_mode, server.pki.ca_file)
                route = {"user": f"*@{label}.{name}.test", "upstream": f"{name}-{label}"}
                routes.append({**route, **({"pop3": lane.pop3} if lane.pop3 else {})})
        routes += self._settings.pop("route", [])
        settings = {"upstream": upstreams, "route": routes}
        return Gateway(next(iter(self.servers.values())),
                       settings=gateway_config.laid_over(settings, self._settings))


def flags(connection):
    """UID to flags in the mailbox that is selected; \\Recent is left out."""
    count = connection.untagged_responses.get("EXISTS", [b"0"])[-1]
    if int(count) == 0:
        return {}
    lines = [line if isinstance(line, bytes) else line[0]
             for line in expect_ok(connection.uid("FETCH", "1:*", "(UID FLAGS)"))]
    found = {}
    for line in lines:
        uid, named = re.search(rb"UID (\d+)", line), re.search(rb"FLAGS \(([^)]*)\)", line)
        found[int(uid[1])] = set(named[1].decode().split()) - {r"\Recent"}
    return dict(sorted(found.items()))


def forms(secret):
    """How a secret could stand in text: as it is, escaped, in base64 at any offset, in hex."""
    octets = secret.encode()
    yield secret
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    yield octets.hex()
    yield octets.hex().upper()
    for ahead in range(3):
        # The digits that depend on the octets around it are left off.
        digits = base64.b64encode(b"\0" * ahead + octets).decode().rstrip("=")
        yield digits[(ahead * 8 + 5) // 6:len(digits) - 1]
