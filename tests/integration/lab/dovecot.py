"""Dovecot: the most common upstream, and with its own POP3 service the oracle for POP3 clients.

It runs from a configuration of its own in the work folder, beside any Dovecot of the machine. The
mail is Maildir, delivered as files. IMAP reads it with LF turned into CR LF and NUL into 0x80.

Without `trusted` networks Dovecot ignores the client address in ID and forbids nothing else;
`advertise` is the capability list it shows after login: a list only, the commands behind what is
left out still work. For a server that truly lacks them see legacy_front.py.
"""

import base64

from . import maildir
from .mail import with_crlf
from .ports import free_port
from .process import Process
from .upstream import OWNER, Upstream


class Dovecot(Upstream):
    """`settings` are further lines of dovecot.conf; they come last and so win."""

    name = "dovecot"

    def __init__(self, *, trusted=False, advertise=None, settings=""):
        super().__init__()
        self.pop3_port = self.pop3s_port = None
        self._trusted, self._advertise, self._settings = trusted, advertise, settings
        self._process = None

    def _start(self):
        self.pop3_port, self.pop3s_port = free_port(), free_port()
        for name in ("users", "home"):
            (self.folder / name).mkdir()
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(self._configuration())
        # Asked politely it takes a second to end; nothing in the folder is worth that.
        self._process = Process(["dovecot", "-F", "-c", configuration], self.folder / "output",
                                end_signal="KILL")
        self._process.wait_listening(self.clear_port, self.tls_port, self.pop3_port,
                                     self.pop3s_port)

    def _stop(self):
        if self._process is not None:
            self._process.stop()

    def log(self):
        """What Dovecot has logged so far."""
        return (self.folder / "log").read_text(errors="replace")

    def _add_user(self, name, password):
        home = self.folder / "home" / name
        maildir.make(home, OWNER)
        maildir.make(home / "Maildir", OWNER)
        secret = base64.b64encode(password.encode()).decode()
        # A file for each user: Dovecot looks for changes of a file only once a second.
        (self.folder / "users" / name).write_text(
            f"{name}:{{PLAIN.b64}}{secret}:{OWNER}:{OWNER}::{home}::\n")

    def deliver(self, user, messages):
        maildir.deliver(self.folder / "home" / user / "Maildir", OWNER, messages)

    def as_stored(self, octets):
        return with_crlf(octets).replace(b"\0", b"\x80")

    @staticmethod
    def as_pop3(octets):
        """What its POP3 shows: NUL as it is; None for mail that begins with a dot, which it leaves
        single, so that clients lose the dot or take it for the end."""
        if octets.startswith(b"."):
            return None
        text = with_crlf(octets)
        return text if text.endswith(b"\r\n") else text + b"\r\n"

    def _configuration(self):
        tls = self.pki.good
        advertise = f"imap_capability = {self._advertise}" if self._advertise else ""
        trusted = "login_trusted_networks = 127.0.0.0/8" if self._trusted else ""
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
instance_name = {self.folder.name}
log_path = {self.folder}/log
listen = {self.host}
protocols = imap pop3
ssl = yes
ssl_cert = <{tls.chain}
ssl_key = <{tls.private_key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_chars =
auth_username_format = %u
auth_failure_delay = 1 secs
auth_verbose = yes
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 0
pop3_uidl_format = %08Xu%08Xv
{trusted}
{advertise}
passdb {{
  driver = passwd-file
  args = username_format=%u {self.folder}/users/%u
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {self.folder}/users/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
{self._services()}
{self._settings}
"""

    def _services(self):
        return f"""
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  service_count = 0
  inet_listener imap {{
    port = {self.clear_port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service pop3-login {{
  service_count = 0
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = {self.pop3s_port}
    ssl = yes
  }}
}}
service stats {{
  process_min_avail = 0
}}
"""
