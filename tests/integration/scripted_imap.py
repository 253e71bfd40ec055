"""An IMAP server that lets everybody in and then leaves the connection to the test.

It greets, answers every LOGIN and AUTHENTICATE with OK, and hands the socket over: what client and
server say to each other afterwards is the test's own business, octet by octet.
"""

import queue
import socket
import threading

from tests.integration.lab.ports import HOST

SECONDS = 60
_GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] scripted\r\n"


class ScriptedImap:
    """Also a context manager. `clear_port` is where it listens."""

    def __init__(self):
        self._listener = socket.create_server((HOST, 0))
        self.clear_port = self._listener.getsockname()[1]
        self._joined = queue.Queue()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def joined(self):
        """The socket of the next session that is logged in."""
        return self._joined.get(timeout=SECONDS)

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(SECONDS)
            client.sendall(_GREETING)
            self._let_in(client)

    def _let_in(self, client):
        line = _line(client)
        tag = line.split(b" ")[0]
        if not tag:
            client.close()
            return
        client.sendall(tag + b" OK [CAPABILITY IMAP4rev1] in\r\n")
        self._joined.put(client)


def _line(client):
    """The next line, read octet by octet so that nothing behind it is taken."""
    line = b""
    while not line.endswith(b"\n"):
        octet = client.recv(1)
        if not octet:
            break
        line += octet
    return line
