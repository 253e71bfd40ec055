"""A submission server that is well behaved until a fault is set at one of its steps.

It takes all mail from everybody who logs in, remembers every octet that it saw and every message
that it was given, with its end or without, and ends data at CR LF dot CR LF only.

    with ScriptedSmtp(pki) as server:
        server.on("RCPT", refuse(b"550 5.1.1 nobody\\r\\n"), nth=2)
        server.on("data", CUT, after=99)  # once that many octets of data have come
        ...
        assert not server.taken()

Steps are the verbs of commands, "greeting", "handshake", "data" and "dot" (the whole message has
come, its reply has not gone). As a program (--port N --store FILE) it writes the subject of each
message to the file before it says 250, and serves until it is killed. RFC 5321, RFC 3207, RFC 4954.
"""

import argparse
import contextlib
import os
import socket
import sys
import threading
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import letters
from tests.integration.lab.ports import HOST
from tests.integration.lab.process import wait_until
from tests.integration.scripted_smtp_session import Dialogue, Fault, Over, Rule, Session

SECONDS = 60
EXTENSIONS = ("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES",
              "AUTH PLAIN LOGIN")
CUT = Fault(then="close")
RESET = Fault(then="reset")
STALL = Fault(then="stall")
HOLD = Fault(says=None, then="hold")
GARBAGE = Fault(b"%@!* HTTP/1.1 what\r\n")
LEAVES = Fault(b"421 4.3.2 going down\r\n", "close")


class ScriptedSmtp:
    """The server; also a context manager. `port` is where it listens."""

    def __init__(self, pki=None, *, implicit=False, extensions=EXTENSIONS, port=0, store=None):
        self.context = pki.server_context(pki.good) if pki else None
        self.implicit, self.extensions, self.store = implicit, tuple(extensions), store
        self.wrong_passwords = set()
        self.dialogues, self.messages, self.failures = [], [], []
        self._rules, self._lock = [], threading.Lock()
        self._released, self._stopping = threading.Event(), threading.Event()
        self._held, self._said = threading.Event(), threading.Event()
        self._connections, self._threads = [], []
        self._listener = socket.create_server((HOST, port), backlog=64)
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._released.set()
        # Closing alone does not wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        self.drop_connections()
        for thread in self._threads:
            thread.join(SECONDS)
        if self.failures:
            raise RuntimeError("the scripted server itself failed") from self.failures[0]

    # What goes wrong.

    def on(self, step, fault, *, nth=1, times=1, after=0):
        """Sets a fault. "data" is met once `after` octets of a message have come."""
        with self._lock:
            self._rules.append(Rule(step, fault, nth, times, after))

    def forget(self):
        """Takes back all faults, and forgets what was seen."""
        with self._lock:
            self._rules.clear()
            self.messages.clear()
            self.dialogues.clear()
            self._released.clear()
            self._held.clear()
            self._said.clear()

    def wait_held(self):
        """Returns once an answer is held back."""
        if not self._held.wait(SECONDS):
            raise TimeoutError("nothing is held")

    def wait_said(self):
        """Returns once what a fault says has been said."""
        if not self._said.wait(SECONDS):
            raise TimeoutError("no fault was met")

    def release(self):
        """Lets go what is held back, now and later."""
        self._released.set()

    def drop_connections(self):
        """Cuts every open connection, as a server that restarts."""
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def leave(self):
        """Says 421 on every open connection, unasked, and closes it, as a server that is stopped.
        Only for connections in clear: TLS would be written by two threads at once."""
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.sendall(LEAVES.says)
                connection.shutdown(socket.SHUT_RDWR)

    # What was seen.

    def taken(self):
        """The messages that were answered with 250."""
        return [message for message in self.messages if message.taken]

    def ended(self):
        """The messages whose end was seen."""
        return [message for message in self.messages if message.ended]

    def lines(self, verb=""):
        """The command lines of all connections that begin so, in the order of connections."""
        return [line for dialogue in list(self.dialogues) for line in list(dialogue.lines)
                if line.upper().startswith(verb.encode())]

    def wait_for(self, condition, what):
        return wait_until(condition, SECONDS, what)

    def wait_all_ended(self):
        """Returns once no connection is open any more."""
        self.wait_for(lambda: all(dialogue.ended.is_set() for dialogue in list(self.dialogues)),
                      "the end of all connections upstream")

    # What the connections ask for.

    def fault_at(self, step):
        """The fault of this moment, or None; counts the moment."""
        with self._lock:
            found = None
            for rule in self._rules:
                if rule.step == step:
                    rule.met += 1
                    found = found or (rule.fault if rule.due() else None)
            return found

    def data_rule(self):
        """The rule for the message that begins now, or None."""
        with self._lock:
            due = None
            for rule in self._rules:
                if rule.step == "data":
                    rule.met += 1
                    due = due or (rule if rule.due() else None)
            return due

    def keep(self, message):
        """A message is taken: in the file too, if there is one, before anybody is told."""
        if self.store is not None:
            os.write(self.store, letters.subject(message.octets()).encode() + b"\n")
        message.taken = True

    def hold(self):
        self._held.set()
        self._released.wait(SECONDS)

    def note_said(self):
        self._said.set()

    def stall(self):
        self._stopping.wait(SECONDS)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            dialogue = Dialogue()
            self.dialogues.append(dialogue)
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, dialogue), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection, dialogue):
        session = Session(self, connection, dialogue)
        try:
            session.run()
        except (Over, OSError):  # by a fault, or the other side left
            pass
        except Exception as failure:  # told when the server ends
            self.failures.append(failure)
        finally:
            session.close()
            dialogue.ended.set()


def refuse(reply):
    """The step is answered with that, and everything goes on."""
    return Fault(reply)


def main():
    """Serves until it is killed; the subject of each message that it takes goes to the file."""
    parser = argparse.ArgumentParser(description="a submission server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", required=True)
    told = parser.parse_args()
    store = os.open(told.store, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    with ScriptedSmtp(port=told.port, store=store):
        threading.Event().wait()


if __name__ == "__main__":
    main()
