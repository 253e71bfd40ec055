"""nodemailer, a library for Node.js, driven by node/submit.mjs with messages as they are."""

import json

from tests.integration.clients.node_packages import HERE, library
from tests.integration.lab.process import run

from .sender import SECONDS, Sender


class Nodemailer(Sender):
    name = "nodemailer"

    def _send(self, service, letter, folder, mechanism):
        message = folder / "message"
        message.write_bytes(letter.octets)
        told = {"library": str(library("nodemailer")), "host": service.host, "port": service.port,
                "user": service.user, "password": service.password, "mechanism": mechanism,
                "implicit": service.tls_mode == "implicit", "ca": str(service.ca_file),
                "from": letter.sender, "to": letter.recipients, "message": str(message)}
        run(["node", HERE / "submit.mjs"], stdin=None, input=json.dumps(told).encode(),
            seconds=SECONDS)
