"""The gateway as submission relay: its configuration, and a case before the scripted server.

`relay_settings` are laid over those of any gateway: three listeners, of which `device` is the one
for senders without TLS, and the way to the submission server. `SubmissionCase` has a gateway before
a ScriptedSmtp, with a FaultImap for logins that IMAP judges.
"""

import re
import unittest

from tests.integration import gateway_config
from tests.integration.clients.senders import Service
from tests.integration.clients.senders.raw import greeted, open_service
from tests.integration.gateway import Gateway
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.process import remove_folder, work_folder
from tests.integration.lab.tls import Pki
from tests.integration.scripted_smtp import EXTENSIONS, ScriptedSmtp
from tests.support.fault_imap import FaultImap

USER, PASSWORD = "joe@example.test", "Xq7-planted-in-smtp"
TO = "ann@example.test"
_LISTENERS = {"implicit": "submissions", "starttls": "submission", "clear": "device"}
QUICK = {name: "2s" for name in ("greeting_timeout", "handshake_timeout", "login_timeout",
                                 "command_timeout")}
NEVER_OPENS = {"failures": 10_000, "share": "100%", "window": 64}


def relay_settings(port, tls_mode="off", ca_file=None, *, submission=None, smtp=None):
    """What makes a gateway a relay. `tls_mode` is the way upstream: off, starttls, implicit."""
    listener = {"protocol": "submission", "tls": "starttls"}
    implicit = tls_mode == "implicit"
    upstream = {"url": f"submission{'s' if implicit else ''}://localhost:{port}", **(smtp or {})}
    if not implicit:
        upstream["tls"] = tls_mode
    if tls_mode != "off":
        upstream["ca_file"] = str(ca_file)
    return {
        "listener": {
            "submission": {**listener, "listen": [f"{HOST}:{free_port()}"]},
            "submissions": {**listener, "listen": [f"{HOST}:{free_port()}"], "tls": "implicit"},
            "device": {**listener, "listen": [f"{HOST}:{free_port()}"],
                       "cleartext_login": "always"}},
        "upstream": {"smtp": upstream},
        "route": [{"protocol": "submission", "user": "*", "upstream": "smtp"},
                  {"user": "*", "upstream": "imap"}],
        **({"submission": submission} if submission else {}),
    }


def service(gateway, pki, user=USER, password=PASSWORD, mode="implicit"):
    """Where mail is submitted to that gateway."""
    return Service("localhost", gateway.port(_LISTENERS[mode]), user, password, mode, pki.ca_file)


def keywords(reply):
    """Extension to parameters, of an answer to EHLO."""
    pairs = (line[4:].partition(b" ") for line in reply.splitlines()[1:])
    return {name.decode(): parameters.decode() for name, _, parameters in pairs}


class SubmissionCase(unittest.TestCase):
    """Subclasses say what differs: of the server, the way to it, and the settings."""

    extensions = EXTENSIONS
    upstream_tls = "off"
    smtp = {}
    submission = {}
    settings = {}

    @classmethod
    def setUpClass(cls):
        folder = work_folder("submission-pki")
        cls.addClassCleanup(remove_folder, folder)
        cls.pki = Pki(folder / "tls")
        pki = None if cls.upstream_tls == "off" else cls.pki
        cls.server = cls.enterClassContext(ScriptedSmtp(
            pki, implicit=cls.upstream_tls == "implicit", extensions=cls.extensions))
        cls.imap = cls.enterClassContext(FaultImap())
        cls.imap.add_user(USER, PASSWORD)
        relay = relay_settings(cls.server.port, cls.upstream_tls, cls.pki.ca_file,
                               submission=cls.submission,
                               smtp={**QUICK, "breaker": NEVER_OPENS, **cls.smtp})
        common = {"server": {"workers": 1}, "auth": {"negative_ttl": "0s"},
                  "limits": {"per_user": {"sessions": 1000}}}
        settings = gateway_config.laid_over(gateway_config.laid_over(relay, common), cls.settings)
        cls.gateway = cls.enterClassContext(Gateway(cls.imap, pki=cls.pki, settings=settings))

    @classmethod
    def tearDownClass(cls):
        # A process that crashed would be taken for one that cut its clients off.
        assert cls.gateway.stop() == 0, cls.gateway.log()[-2000:]

    def setUp(self):
        self.server.forget()

    def service(self, mode="implicit", **options):
        return service(self.gateway, self.pki, mode=mode, **options)

    def greeted(self, mode="implicit", **options):
        """A connection that has said EHLO."""
        smtp = greeted(self.service(mode), **options)
        self.addCleanup(smtp.close)
        return smtp

    def open(self, mode="implicit", **options):
        """One that is logged in."""
        smtp = open_service(self.service(mode), **options)
        self.addCleanup(smtp.close)
        return smtp

    def in_data(self, smtp, *recipients):
        """Brings a transaction up to its 354."""
        for answer in smtp.envelope(USER, *(recipients or (TO,))):
            self.assert_reply(answer, "250")
        self.assert_reply(smtp.ask("DATA"), "354")

    def assert_reply(self, reply, beginning):
        """Each line has the code, and the enhanced code too where one is named."""
        code, _, enhanced = beginning.partition(" ")
        pattern = rf"(?:{code}[- ]{re.escape(enhanced)}[^\r\n]*\r\n)+\Z"
        self.assertRegex(reply.decode(errors="replace"), pattern)
        self.assertEqual(reply.splitlines()[-1][3:4], b" ")

    def assert_sound(self, smtp=None):
        """The next message goes through: on that connection, or on one of its own."""
        smtp, taken = smtp or self.open(), len(self.server.taken())
        self.assert_reply(smtp.submit(USER, [TO], b"Subject: sound\r\n\r\nsound\r\n"), "250")
        self.assertEqual(len(self.server.taken()), taken + 1)
