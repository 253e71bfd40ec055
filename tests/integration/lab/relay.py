"""A relay in front of a server that lets through only so many octets.

Where it stops is where the program behind it would have been cut off: so a test can end a program
at any octet of a dialogue, again and again at the same one, without measuring time.
"""

import contextlib
import socket
import threading

from .ports import HOST

UP, DOWN = "up", "down"  # towards the server, towards its client


class Relay:
    """Passes connections on to a port of this machine; also a context manager.

    `passed` counts octets by direction since the last `allow`. `stopped` is set once one of the
    bounds is reached; from then on nothing goes either way. `over` is set then, and when a
    connection has ended that was open at the last `allow`: servers say how long they took, so that
    a dialogue may be some octets shorter the next time, and a bound near its end is never reached.
    """

    def __init__(self, port):
        self._port = port
        self._lock = threading.Lock()
        self._left = {}
        self._open = []
        self._watched = frozenset()
        self.passed = {UP: 0, DOWN: 0}
        self.stopped = threading.Event()
        self.over = threading.Event()
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.clear_port = self.tls_port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        for connection in self._open:
            connection.close()

    def renew(self):
        """Ends all connections, so that nothing on its way arrives later, and bounds no more."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open = []
        self.allow()

    def allow(self, up=None, down=None):
        """Counts anew, and stops after so many octets in one direction (None: never)."""
        with self._lock:
            self.passed = {UP: 0, DOWN: 0}
            self._left = {UP: up, DOWN: down}
            self._watched = frozenset(self._open)
            self.stopped.clear()
            self.over.clear()
            if 0 in (up, down):
                self._stop()

    def _stop(self):
        self.stopped.set()
        self.over.set()

    def _accept(self):
        with contextlib.suppress(OSError):  # closed: the end
            while True:
                client = self._listener.accept()[0]
                try:
                    server = socket.create_connection((HOST, self._port))
                except ConnectionRefusedError:  # it is down: so are we, for this client
                    client.close()
                    continue
                for connection in (client, server):
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [client, server]
                for way in ((UP, client, server), (DOWN, server, client)):
                    threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(self, direction, source, sink):
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                sink.sendall(self._permitted(direction, octets))
        with self._lock:
            if source in self._watched:
                self.over.set()
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _permitted(self, direction, octets):
        with self._lock:
            if self.stopped.is_set():
                return b""
            left = self._left.get(direction)
            if left is not None:
                octets = octets[:left]
                self._left[direction] = left - len(octets)
                if self._left[direction] == 0:
                    self._stop()
            self.passed[direction] += len(octets)
            return octets
