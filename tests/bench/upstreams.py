"""What stands behind the gateways: one real Dovecot, a submission sink, an IMAP server that only
idles, and the tap that counts and delays what goes to the first two.

A scene is the set of upstream ports that a gateway is started with: "real", "tap" or "idle".
"""

import json
import socket

from tests.integration.lab.ports import HOST, free_port

from . import dovecot_settings
from .ground import WORK, Group, fresh_folder, program
from .mailboxes import OWNER, home_root

PROTOCOLS = ("pop3", "imap", "submission")
SECURE = ("pop3s", "imaps")  # TLS first: for those who come without a gateway


class Upstreams:
    """All of them, running; closed at the end of a run.

    `reuse`: Dovecot serves many sessions with a process, instead of one, as it does by default.
    """

    def __init__(self, certificate, *, reuse=False):
        real = {protocol: free_port() for protocol in (*PROTOCOLS, *SECURE)}
        tapped = {protocol: free_port() for protocol in PROTOCOLS}
        self.scenes = {"real": real, "tap": tapped, "idle": {**real, "imap": free_port()}}
        self.tap = Tap(free_port(), {tapped[name]: real[name] for name in PROTOCOLS})
        self.group = Group("upstream")
        self._start(certificate, reuse)

    def _start(self, certificate, reuse):
        folder = fresh_folder("upstream")
        real = self.scenes["real"]
        doors = "".join(dovecot_settings.login_service(name, real[name], real[f"{name}s"])
                        for name in ("imap", "pop3"))
        how = dovecot_settings.REUSE if reuse else ""
        configuration = folder / "dovecot.conf"
        configuration.write_text(dovecot_settings.base(folder, certificate, "imap pop3") + f"""
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password=pw
}}
userdb {{
  driver = static
  args = uid={OWNER} gid={OWNER} home={home_root()}/%u
}}
imap_hibernate_timeout = 4s
service imap {{
  process_limit = 12000{how}
  unix_listener imap-master {{
    mode = 0666
  }}
}}
service imap-hibernate {{
  unix_listener imap-hibernate {{
    mode = 0666
  }}
}}
service pop3 {{
  process_limit = 12000{how}
}}
{doors}""")
        dovecot = self.group.start(["dovecot", "-F", "-c", configuration], folder / "dovecot.out")
        dovecot.wait_listening(real["imap"], real["pop3"])
        sink = self.group.start([program("sink"), real["submission"]], folder / "sink.out")
        sink.wait_listening(real["submission"])
        idle_port = self.scenes["idle"]["imap"]
        idle = self.group.start([program("idle_imap"), idle_port], folder / "idle.out")
        idle.wait_listening(idle_port)

    def close(self):
        self.group.close()
        self.tap.group.close()


class Tap:
    """The counting relay; see tap_main.cpp for what it can be told."""

    def __init__(self, control_port, routes):
        self._control_port = control_port
        self.group = Group("tap")
        words = [f"{port}:{upstream}" for port, upstream in routes.items()]
        (WORK / "run").mkdir(parents=True, exist_ok=True)
        process = self.group.start([program("tap"), control_port, *words], WORK / "run/tap.out")
        process.wait_listening(control_port)

    def ask(self, line):
        with socket.create_connection((HOST, self._control_port), 5) as control:
            control.sendall(line.encode() + b"\n")
            return control.makefile().readline().strip()

    def counts(self):
        """The sums over all routes: connections, exchanges, octets up and down."""
        routes = json.loads(self.ask("stats"))
        return {name: sum(route[name] for route in routes) for name in routes[0]}
