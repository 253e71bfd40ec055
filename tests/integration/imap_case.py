"""What tests of IMAP share: a real server, and a gateway in front of it that speaks IMAP."""

import contextlib
import imaplib

from tests.integration.gateway import Gateway
from tests.integration.gateway_config import imap_listeners
from tests.integration.lab import mail, process
from tests.integration.lab.upstream import IMAP_SECONDS, log_in

USER = "joe@example.test"
PASSWORD = 'p"a\\ss:wo rd'


def close(connection):
    """Ends the connection, if the test has not done so."""
    with contextlib.suppress(OSError):
        connection.shutdown()


class ThroughTheGateway:
    """A server, and a gateway in front of it that speaks IMAP. `make_server` makes the server."""

    make_server = None
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(cls.make_server())
        cls.server.add_user(USER, PASSWORD)
        cls.server.deliver(USER, [mail.ordinary(number) for number in range(1, 6)])
        settings = {"listener": imap_listeners(), **cls.settings}
        cls.gateway = cls.enterClassContext(Gateway(cls.server, settings=settings))
        cls.folder = process.work_folder("imap")
        cls.addClassCleanup(process.remove_folder, cls.folder)

    def connect(self, mode="implicit"):
        context = self.server.pki.client_context()
        if mode == "implicit":
            connection = imaplib.IMAP4_SSL("localhost", self.gateway.port("imaps"),
                                           timeout=IMAP_SECONDS, ssl_context=context)
        else:
            connection = imaplib.IMAP4("localhost", self.gateway.port("imap"),
                                       timeout=IMAP_SECONDS)
            if mode == "starttls":
                connection.starttls(context)
        self.addCleanup(close, connection)
        return connection

    def logged_in(self, mode="implicit", user=USER):
        connection = self.connect(mode)
        log_in(connection, user, self.server.passwords[user])
        return connection

    def new_user(self, *messages):
        user = f"u{len(self.server.passwords)}@example.test"
        self.server.add_user(user, PASSWORD)
        self.server.deliver(user, messages)
        return user
