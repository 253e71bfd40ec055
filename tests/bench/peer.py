"""What all gateways of the benchmark have in common: ports, a group, a start and an end."""

from tests.integration.lab.ports import free_port

from .ground import Group, fresh_folder
from .loads import protocol_of


class Peer:
    """One gateway before one set of upstream ports. Subclasses write a configuration in start().

    `ports` are its own, by protocol and whether TLS comes first.
    """

    name = ""
    about = ""
    protocols = ()
    kept = ()  # what stays in its folder from one run to the next

    def __init__(self, certificate, upstream):
        self.certificate, self.upstream = certificate, upstream
        self.group = Group(self.name)
        self.folder = fresh_folder(self.name, self.kept)
        self.ports = {(protocol, tls): free_port()
                      for protocol in self.protocols for tls in (False, True)}

    def start(self):
        raise NotImplementedError

    def supports(self, load):
        return load.protocol in self.protocols

    def door(self, load):
        """Where the driver connects for a load: the port, its mode, and whether TLS comes first."""
        return self.ports[load.protocol, load.tls], load.mode, load.tls

    def launch(self, argv, log="output"):
        return self.group.start(argv, self.folder / log)

    def wait_ready(self):
        self.group.started[-1].wait_listening(*self.ports.values())

    def close(self):
        self.group.close()


class Direct(Peer):
    """No gateway: what the load costs the upstream alone, and how fast it can be."""

    name, about = "direct", "no gateway"
    protocols = ("pop3", "imap", "submission")

    def supports(self, load):
        return super().supports(load) and not load.holds

    def door(self, load):
        """With TLS where the upstream has it: through the tap it is clear, as a gateway speaks."""
        mode = load.direct_mode or load.mode
        protocol = protocol_of(mode)
        secure = self.upstream.get(f"{protocol}s") if load.tls else None
        return secure or self.upstream[protocol], mode, secure is not None

    def start(self):
        """Nothing is to be started."""
