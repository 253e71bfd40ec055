"""An IMAP server that is correct until a rule says otherwise, for tests of what talks to it.

In process:

    with FaultImap() as server:
        server.add_user("joe@example.test", "secret").find("INBOX").add(b"Subject: hi\\r\\n\\r\\n")
        server.on("UID FETCH .*BODY", ["cut_literal", 100, "close"])
        ...
        assert server.inbox("joe@example.test").bodies() == {...}

As a program, for tests in other languages: `python3 fault_imap.py --config FILE` (- is standard
input) prints one line of JSON with its ports and serves until its standard input ends;
fault_control.py tells what the file may say and what can be asked on the control port. The actions
stand in fault_rules.py.
"""

import argparse
import contextlib
import json
import re
import socket
import ssl
import sys
import threading
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.fault_rules import Rule
from tests.support.fault_session import Session
from tests.support.imap_commands import Settings
from tests.support.imap_model import Store

HOST = "127.0.0.1"
STOP_SECONDS = 5.0


class FaultImap:
    """The server. `certificate` is a pair of files (chain, key); without it there is no TLS."""

    def __init__(self, *, certificate=None, settings=None):
        self.settings = settings or Settings()
        self.store = Store()
        self.tls_context = _tls_context(certificate) if certificate else None
        self.host, self.clear_port, self.tls_port = HOST, None, None
        self.commands, self.sessions, self.failures = [], [], []
        self.stopping = threading.Event()
        self._rules, self._holds, self._listeners = [], {}, {}
        self._changed = threading.Condition(threading.RLock())

    def start(self):
        self.clear_port = self._listen("clear", 0)
        if self.tls_context is not None:
            self.tls_port = self._listen("tls", 0)
        return self

    def stop(self):
        """Ends all connections; an error inside this server is raised here."""
        self.stopping.set()
        self.refuse_connections()
        for session in self.sessions:
            session.abort()
        for session in self.sessions:
            session.join(STOP_SECONDS)
        if self.failures:
            raise RuntimeError("the fault server itself failed") from self.failures[0]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # What is there.

    def add_user(self, name, password, uid_validity=1_700_000_000):
        """A new account with an empty INBOX."""
        return self.store.add(name, password, uid_validity)

    def inbox(self, user):
        return self.store.accounts[user].find("INBOX")

    # What goes wrong.

    def on(self, pattern, *actions, nth=1, times=1, acts=True):
        """Adds a rule; all rules that take a command are applied, in the order they were added."""
        rule = Rule(pattern, list(actions), nth, times, acts)
        with self._changed:
            self._rules.append(rule)
        return rule

    def forget_rules(self):
        with self._changed:
            self._rules.clear()

    def release(self, name):
        """Lets an answer go that a `hold` action keeps, or will keep."""
        self._event(name)[1].set()

    def wait_held(self, name, seconds=10):
        """Returns once an answer is held under that name."""
        if not self._event(name)[0].wait(seconds):
            raise TimeoutError(f"nothing was held as {name}")

    def refuse_connections(self):
        """Stops listening; connections that are open stay."""
        for listener in self._listeners.values():
            # Closing alone would leave the accepting thread asleep in accept().
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._listeners.clear()

    def listen_again(self):
        """Listens on the ports of before."""
        self._listen("clear", self.clear_port)
        if self.tls_context is not None:
            self._listen("tls", self.tls_port)

    def drop_connections(self):
        """Cuts every open connection, as a server that restarts."""
        for session in self.sessions:
            session.abort()

    # What was seen.

    def lines(self, pattern="", session=None):
        """The command lines so far (without tags) that match, of one connection or of all."""
        with self._changed:
            return [seen.line for seen in self.commands
                    if re.match(pattern, seen.line, re.IGNORECASE)
                    and session in (None, seen.session)]

    def wait_for(self, pattern, count=1, seconds=10):
        """Returns the matching lines once there are so many."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.lines(pattern)) >= count, seconds):
                raise TimeoutError(f"{count} of {pattern!r} not seen within {seconds} s; seen: "
                                   f"{self.lines()}")
            return self.lines(pattern)

    def wait_closed(self, seconds=10):
        """Returns once no connection is open any more."""
        end = time.monotonic() + seconds
        for session in list(self.sessions):
            if not session.ended.wait(max(0, end - time.monotonic())):
                raise TimeoutError(f"connection {session.number} is still open")

    def octets_received(self, *, in_clear_only=False):
        """All octets from clients, as they came: what a search for secrets looks through."""
        kinds = [session.clear_octets for session in self.sessions]
        if not in_clear_only:
            kinds += [session.tls_octets for session in self.sessions]
        return b"\n".join(bytes(octets) for octets in kinds)

    def octets_sent(self):
        """How many octets went to clients, before TLS."""
        return sum(session.octets_sent for session in self.sessions)

    # What the connections ask for.

    def record(self, seen):
        with self._changed:
            self.commands.append(seen)
            self._changed.notify_all()

    def rules_for(self, line):
        with self._changed:
            return [rule for rule in self._rules if rule.takes(line)]

    def gathering(self, line):
        with self._changed:
            return next((rule.gathers() for rule in self._rules
                         if rule.gathers() and rule.fits(line) and rule.due()), None)

    def hold(self, name):
        """Says that an answer is held and returns the event that lets it go."""
        held, released = self._event(name)
        held.set()
        return released

    def _event(self, name):
        with self._changed:
            return self._holds.setdefault(name, (threading.Event(), threading.Event()))

    def _listen(self, kind, port):
        listener = socket.create_server((HOST, port), backlog=256)
        self._listeners[kind] = listener
        thread = threading.Thread(target=self._accept, args=(listener, kind == "tls"), daemon=True)
        thread.start()
        return listener.getsockname()[1]

    def _accept(self, listener, implicit_tls):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                session = Session(self, len(self.sessions) + 1, connection,
                                  implicit_tls=implicit_tls)
                self.sessions.append(session)
            session.start()


def _tls_context(certificate):
    chain, private_key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # weak keys are among what is tried
    context.load_cert_chain(chain, private_key)
    return context


def main():
    """Serves until standard input ends (the configuration may come from there first, one line)."""
    from tests.support import fault_control

    parser = argparse.ArgumentParser(description="a scripted IMAP server")
    parser.add_argument("--config", required=True, help="JSON file, or - for a line on stdin")
    path = parser.parse_args().config
    text = sys.stdin.readline() if path == "-" else Path(path).read_text(encoding="utf-8")
    server = fault_control.server_of(json.loads(text))
    with server, fault_control.Control(server) as control:
        print(json.dumps({"clear_port": server.clear_port, "tls_port": server.tls_port,
                          "control_port": control.port}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
