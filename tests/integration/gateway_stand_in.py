#!/usr/bin/env python3
"""Stands in for the gateway's binary, so that gateway.py is tested without it.

It has the outside of the gateway only: command line, listeners that greet, /readyz and /metrics,
log lines, SIGHUP and SIGTERM. Of POP3 it knows QUIT.
"""

import contextlib
import http.server
import signal
import socket
import ssl
import sys
import threading
import time
import tomllib

_PAGE = """# HELP postern_ready 1 while the gateway accepts new sessions, else 0.
# TYPE postern_ready gauge
postern_ready 1
postern_config_reloads_total{{result="ok"}} {ok}
postern_config_reloads_total{{result="error"}} {error}
postern_connections_accepted_total{{listener="pop3"}} {accepted}
"""


class StandIn:
    """The running program."""

    def __init__(self, path):
        self._path = path
        self._reloads = {"ok": 0, "error": 0}
        self._accepted = 0
        self._ended = threading.Event()

    def run(self):
        settings = load(self._path)
        if settings is None:
            return 78
        signal.signal(signal.SIGHUP, lambda *_: self._reload())
        signal.signal(signal.SIGTERM, lambda *_: self._ended.set())
        for name, listener in settings["listener"].items():
            context = _context(settings) if listener["tls"] == "implicit" else None
            server = socket.create_server(_address(listener["listen"][0]))
            threading.Thread(target=self._accept, args=(name, server, context),
                             daemon=True).start()
        if "admin" in settings:
            self._serve_admin(_address(settings["admin"]["listen"][0]))
        log("info", "gateway.ready", name=settings["server"]["name"])
        while not self._ended.wait(0.1):
            pass  # a signal handler runs between two waits
        log("info", "gateway.ended", reason="SIGTERM, as told")
        return 0

    def _reload(self):
        result = "error" if load(self._path) is None else "ok"
        self._reloads[result] += 1
        log("info", "config.reloaded", result=result)

    def _accept(self, name, server, context):
        while True:
            connection, (address, _) = server.accept()
            self._accepted += 1
            log("info", "session.started", listener=name, client=address)
            with contextlib.suppress(OSError):  # a client that only looks whether we are there
                _serve(connection, context)

    def _serve_admin(self, address):
        stand_in = self

        class Admin(http.server.BaseHTTPRequestHandler):
            """Two pages."""

            def do_GET(self):
                pages = {"/readyz": "ready\n", "/metrics": _PAGE.format(
                    **stand_in._reloads, accepted=stand_in._accepted)}
                page = pages.get(self.path)
                self.send_response(404 if page is None else 200)
                self.end_headers()
                self.wfile.write((page or "no such page\n").encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(address, Admin)
        threading.Thread(target=server.serve_forever, daemon=True).start()


def _serve(connection, context):
    if context is not None:
        connection = context.wrap_socket(connection, server_side=True)
    with connection, connection.makefile("rwb") as lines:
        lines.write(b"+OK POP3 ready\r\n")
        lines.flush()
        if lines.readline() == b"QUIT\r\n":
            lines.write(b"+OK bye\r\n")


def load(path):
    """The settings, or None after saying what is wrong with them."""
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        print(f"{path}: error: {error}", file=sys.stderr, flush=True)
        return None


def log(level, event, **fields):
    """One line of logfmt on standard error."""
    shown = " ".join(f'{key}="{value}"' if " " in value else f"{key}={value}"
                     for key, value in fields.items())
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(f"{moment} {level} {event} {shown}", file=sys.stderr, flush=True)


def _address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def _context(settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = settings["tls"]["default"]
    context.load_cert_chain(files["certificate"], files["private_key"])
    return context


def main(words):
    """postern run --config FILE, postern check --config FILE."""
    command, option, path = words
    assert option == "--config", words
    if command == "check":
        return 78 if load(path) is None else 0
    return StandIn(path).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
