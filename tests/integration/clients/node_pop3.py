"""node-pop3, a library for Node.js, driven by node/fetch.mjs. It knows neither STLS nor AUTH."""

import json

from tests.integration.lab.process import run

from .client import Client, Fault
from .node_packages import HERE, library

_SECONDS = 120


def _dots_left_in(text):
    return b"\r\n".join(b"." + line if line.startswith(b".") else line
                        for line in text.split(b"\r\n"))


def _without_last_line_end(text):
    return text.removesuffix(b"\r\n")


class NodePop3(Client):
    name = "node-pop3"
    tls_modes = ("clear", "implicit")
    faults = (
        Fault("fails if the first octet is NUL", "it takes the message for one that has not come",
              lambda text: None if text.startswith(b"\0") else text),
        Fault("leaves doubled dots in", "it does not know of them", _dots_left_in),
        Fault("loses the last line end", "it takes it for a part of the end mark",
              _without_last_line_end),
    )

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        mail = folder / "mail"
        mail.mkdir()
        told = {"library": str(library("node-pop3")), "host": maildrop.host, "port": maildrop.port,
                "user": maildrop.user, "password": maildrop.password, "folder": str(mail),
                "tls": maildrop.tls_mode == "implicit", "ca": str(maildrop.ca_file), "keep": keep}
        run(["node", HERE / "fetch.mjs"], stdin=None, input=json.dumps(told).encode(),
            seconds=_SECONDS)
        files = sorted(mail.iterdir(), key=lambda file: int(file.name))
        return [file.read_bytes() for file in files]
