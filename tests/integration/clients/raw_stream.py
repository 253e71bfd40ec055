"""A connection that reads exact octets and may behave as badly as a test wants.

It can send its input split at any octet, half-close, reset, stop reading, or upgrade to TLS in the
middle; it tells how the other side ended. What is spoken over it is said by raw.py (POP3) and
raw_smtp.py.
"""

import socket
import ssl
import struct

SECONDS = 30
_NO_LINGER = struct.pack("ii", 1, 0)


class RawStream:
    """One connection; nothing has been read from it yet."""

    def __init__(self, host, port, *, context=None, receive_buffer=None, source=None):
        """With a TLS context: implicit TLS. A small receive buffer makes a reader that stalls.
        `source` is the address to come from: all of 127.0.0.0/8 is ours."""
        self.connection = socket.socket()
        self._host, self._buffer = host, b""
        try:
            if source is not None:
                self.connection.bind((source, 0))
            if receive_buffer is not None:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.connection.settimeout(SECONDS)
            self.connection.connect((host, port))
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                self.start_tls(context)
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Sending.

    def send(self, octets):
        self.connection.sendall(octets)

    def send_split(self, octets, *places):
        """Sends in pieces that end at the places, each in a segment of its own."""
        ends = [*sorted(places), len(octets)]
        for start, end in zip([0, *ends], ends):
            self.connection.sendall(octets[start:end])

    def send_by_octets(self, octets):
        """Sends every octet in a segment of its own."""
        self.send_split(octets, *range(1, len(octets)))

    def half_close(self):
        """Says that no more will be sent, and goes on reading."""
        if isinstance(self.connection, ssl.SSLSocket):
            # A close alert would end both directions in Python's TLS, so FIN has to do.
            socket.socket.shutdown(self.connection, socket.SHUT_WR)
        else:
            self.connection.shutdown(socket.SHUT_WR)

    def close(self):
        self.connection.close()

    def reset(self):
        """Ends the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.connection.close()

    def start_tls(self, context):
        """The handshake, at once. Octets that came in clear before it must not be there."""
        assert not self._buffer, f"octets in clear before TLS: {self._buffer!r}"
        self.connection = context.wrap_socket(self.connection, server_hostname=self._host,
                                              suppress_ragged_eofs=False)

    # Receiving.

    def read_line(self):
        """The next line with its line end; what is left, at the end of the stream."""
        while b"\n" not in self._buffer:
            octets = self.connection.recv(65536)
            if not octets:
                rest, self._buffer = self._buffer, b""
                return rest
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def read_exactly(self, count):
        """So many octets; fewer only at the end of the stream."""
        while len(self._buffer) < count:
            octets = self.connection.recv(65536)
            if not octets:
                break
            self._buffer += octets
        octets, self._buffer = self._buffer[:count], self._buffer[count:]
        return octets

    def read_to_end(self):
        """All that still comes, and how it ended: "closed", "reset", "cut" (TLS without alert)."""
        octets, self._buffer = [self._buffer], b""
        try:
            while True:
                octets.append(self.connection.recv(65536))
                if not octets[-1]:
                    return b"".join(octets), "closed"
        except ConnectionResetError:
            return b"".join(octets), "reset"
        except ssl.SSLError as error:
            if "EOF" not in str(error):  # what kind of SSLError it is depends on Python's version
                raise
            return b"".join(octets), "cut"
