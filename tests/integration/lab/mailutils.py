"""GNU mailutils imap4d: an upstream that breaks rules, for tests of robustness, not of truth.

UIDs and UIDVALIDITY may change between sessions, UID sets beyond the last message are BAD, there is
no UIDPLUS, and some messages are shown as something else (`as_stored`). Users need a domain: it
names the password file. Mail is Maildir in the folder INBOX of the user's home, lines ending at LF.
"""

import re

from . import maildir
from .mail import with_crlf
from .process import Process, run
from .upstream import OWNER, Upstream


class Mailutils(Upstream):
    name = "mailutils"

    def __init__(self):
        super().__init__()
        self._process = None

    def _start(self):
        for name in ("domains", "home"):
            (self.folder / name).mkdir()
        key = self.folder / "key.pem"
        key.write_bytes(self.pki.good.private_key.read_bytes())
        key.chmod(0o600)  # it refuses a key that others may read
        configuration = self.folder / "imap4d.conf"
        configuration.write_text(f"""
mode daemon;
foreground yes;
max-children 200;
pidfile {self.folder}/pid;
logging {{ syslog no; }};
virtdomain {{ passwd-dir "{self.folder}/domains"; }};
auth {{
  authentication clear;
  authentication "generic:virtdomain";
  authorization clear;
  authorization "virtdomain";
}};
mailbox {{ mailbox-type maildir; }};
tls {{ ssl-certificate-file {self.pki.good.chain}; ssl-key-file {key}; }};
server {self.host}:{self.clear_port} {{ tls-mode ondemand; }};
server {self.host}:{self.tls_port} {{ tls-mode connection; }};
""")
        self._process = Process(["imap4d", "--no-config", f"--config-file={configuration}",
                                 "--foreground"], self.folder / "output")
        self._process.wait_listening(self.clear_port, self.tls_port)

    def _stop(self):
        if self._process is not None:
            self._process.stop()

    def _add_user(self, name, password):
        user, _, domain = name.partition("@")
        if not domain:
            raise ValueError("a user of mailutils needs a domain")
        home = self.folder / "home" / name
        maildir.make(home, OWNER)
        maildir.make(home / "INBOX", OWNER)
        crypted = run(["openssl", "passwd", "-6", "-stdin"], stdin=None, input=password.encode())
        uid, gid = (run(["id", option, OWNER]).decode().strip() for option in ("-u", "-g"))
        with open(self.folder / "domains" / domain, "a", encoding="utf-8") as users:
            users.write(f"{user}:{crypted.decode().strip()}:{uid}:{gid}::{home}:/bin/sh\n")

    def deliver(self, user, messages):
        lines = (octets.replace(b"\r\n", b"\n") for octets in messages)
        maildir.deliver(self.folder / "home" / user / "INBOX", OWNER, lines)

    def as_stored(self, octets):
        """A message whose header has no end, or that has no header, becomes one empty line."""
        text = with_crlf(octets)
        if text.startswith(b"\r\n") or b"\r\n\r\n" not in text:
            return b"\r\n"
        return re.sub(rb"\AFrom ", b"From : ", text)
