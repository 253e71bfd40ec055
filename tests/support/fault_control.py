"""The fault server from outside: its configuration, and its control port.

Configuration, JSON, everything optional:

    {"certificate": ["chain.pem", "key.pem"],
     "settings": {"capabilities": ["UIDPLUS"], "mechanisms": ["PLAIN"], ...},
     "users": [{"name": "joe", "password": "secret", "tokens": ["abc"], "uid_validity": 7,
                "messages": ["Subject: hi\\r\\n\\r\\n"],
                "mailboxes": [{"name": "Trash", "special_use": "\\\\Trash"}]}],
     "rules": [{"on": "UID FETCH", "do": ["hang"], "nth": 2, "times": 1, "acts": true}]}

The control port takes one JSON object a line and answers each with one line, {"error": ...} if it
could not be done. Texts are octets, one character each.

| request | answer |
| --- | --- |
| {"do": "rule", "rule": {...}} | {} |
| {"do": "forget_rules"}, {"do": "release", "name": N}, {"do": "wait_held", "name": N} | {} |
| {"do": "refuse_connections"}, {"do": "listen_again"}, {"do": "drop_connections"} | {} |
| {"do": "wait_closed"} | {} |
| {"do": "lines", "pattern": P}, {"do": "wait_for", "pattern": P, "count": N} | {"lines": [...]} |
| {"do": "mailbox", "user": U, "name": M} | {"uid_validity": V, "messages": [M...]}, where M has |
|   | "uid", "octets", "flags" |
| {"do": "add", "user": U, "octets": T} | {"uid": N} |
| {"do": "received", "text": T} | {"found": true}, whether a client sent these octets |
"""

import contextlib
import json
import socket
import threading

from tests.support.fault_imap import HOST, FaultImap
from tests.support.imap_commands import Settings


def server_of(configuration):
    """A server, not yet started, as the configuration describes it."""
    settings = Settings(**configuration.get("settings", {}))
    server = FaultImap(certificate=configuration.get("certificate"), settings=settings)
    for user in configuration.get("users", []):
        account = server.add_user(user["name"], user["password"],
                                  user.get("uid_validity", 1_700_000_000))
        account.tokens |= set(user.get("tokens", []))
        for text in user.get("messages", []):
            account.find("INBOX").add(text.encode("latin-1"))
        for mailbox in user.get("mailboxes", []):
            account.create(mailbox["name"], special_use=mailbox.get("special_use"))
    for rule in configuration.get("rules", []):
        _add_rule(server, rule)
    return server


def _add_rule(server, rule):
    others = {key: value for key, value in rule.items() if key not in ("on", "do")}
    server.on(rule["on"], *rule["do"], **others)


class Control:
    """The control port of one server; a context manager."""

    def __init__(self, server):
        self._server = server
        self._listener = None
        self.port = None

    def __enter__(self):
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rwb") as lines:
            for line in lines:
                try:
                    reply = self._perform(json.loads(line))
                except (KeyError, TypeError, ValueError, TimeoutError) as error:
                    reply = {"error": f"{type(error).__name__}: {error}"}
                lines.write(json.dumps(reply).encode() + b"\n")
                lines.flush()

    def _perform(self, request):
        what = request.pop("do")
        if what in _PLAIN:
            getattr(self._server, what)(**request)
            return {}
        return _REQUESTS[what](self._server, **request)


def _rule(server, rule):
    _add_rule(server, rule)
    return {}


def _mailbox(server, user, name="INBOX"):
    with server.store.lock:
        mailbox = server.store.accounts[user].find(name)
        messages = [{"uid": message.uid, "octets": bytes(message.octets[:]).decode("latin-1"),
                     "flags": sorted(message.flags)} for message in mailbox.messages]
        return {"uid_validity": mailbox.uid_validity, "messages": messages}


def _add(server, user, octets):
    with server.store.lock:
        return {"uid": server.inbox(user).add(octets.encode("latin-1")).uid}


def _received(server, text):
    return {"found": text.encode("latin-1") in server.octets_received()}


_PLAIN = ("forget_rules", "release", "wait_held", "refuse_connections", "listen_again",
          "drop_connections", "wait_closed")
_REQUESTS = {
    "rule": _rule,
    "lines": lambda server, pattern="": {"lines": server.lines(pattern)},
    "wait_for": lambda server, pattern, count=1: {"lines": server.wait_for(pattern, count)},
    "mailbox": _mailbox,
    "add": _add,
    "received": _received,
}
