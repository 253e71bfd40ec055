"""Postfix as a submission server: AUTH by Dovecot, STARTTLS, delivery into Dovecot's Maildirs.

It runs from a configuration of its own in the work folder, beside any Postfix of the machine, and
takes mail on two loopback ports from who has logged in: `port`, in clear with STARTTLS, and
`tls_port`. Mail for `example.test` goes into the mailbox of that name; to anybody else it relays
nothing. What a client has to do to be refused is told by REFUSED, LATER and REFUSED_SUBJECT.

It changes what it takes: trace fields come in front, Bcc goes, and the last line gets its end.
"""

import pwd
import shutil

from .ports import HOST, free_port
from .process import Process, remove_folder, run, work_folder
from .upstream import OWNER

_PROGRAMS = "/usr/lib/postfix/sbin"
_DAEMONS = {"cleanup": 0, "qmgr": 1, "tlsmgr": 1, "rewrite": None, "bounce": 0, "defer": 0,
            "trace": 0, "verify": 1, "flush": 0, "proxymap": None, "error": None, "retry": None,
            "virtual": None, "anvil": 1, "scache": 1}
_PROGRAM_OF = {"rewrite": "trivial-rewrite", "defer": "bounce", "trace": "bounce", "retry": "error"}
_WAKE = {"qmgr": "300", "tlsmgr": "1000?"}


class Postfix:
    """One submission server before a Dovecot that was started with DOVECOT_SETTINGS."""

    DOVECOT_SETTINGS = """
service auth {
  unix_listener auth-submission {
    mode = 0666
  }
}
"""
    DOMAIN = "example.test"
    REFUSED = f"nobody@{DOMAIN}"  # a recipient that is 550 5.1.1
    LATER = f"later@{DOMAIN}"  # one that is 450 4.2.1
    REFUSED_SUBJECT = "refuse this after the dot"  # 550 5.7.1, once all of it has come
    SIZE_LIMIT = 10 << 20
    TRUSTING = f"smtpd_authorized_xclient_hosts = {HOST}"  # settings that believe XCLIENT

    def __init__(self, dovecot, *, settings=""):
        """`settings` are further lines of main.cf; they come last and so win."""
        self._dovecot, self._settings = dovecot, settings
        self._process = None
        self.folder = None
        self.port = self.tls_port = None

    @staticmethod
    def without(*keywords):
        """Settings of a server that lacks extensions."""
        return f"smtpd_discard_ehlo_keywords = {', '.join(keywords)}"

    @property
    def pki(self):
        return self._dovecot.pki

    def __enter__(self):
        self.folder = work_folder("postfix")
        self.port, self.tls_port = free_port(), free_port()
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process is not None:
            self._process.stop()
        remove_folder(self.folder)

    def log(self):
        """What Postfix has logged so far."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _start(self):
        configuration = self.folder / "etc"
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        (configuration / "main.cf").write_text(self._main())
        (configuration / "master.cf").write_text(self._master())
        run(["postfix", "-c", configuration, "check"])
        self._process = Process([f"{_PROGRAMS}/master", "-c", configuration, "-d"],
                                self.folder / "output")
        self._process.wait_listening(self.port, self.tls_port)

    def _main(self):
        owner, tls = pwd.getpwnam(OWNER), self._dovecot.pki.good
        mailboxes = "inline:{" + ", ".join(
            f"{{ {user} = {user}/Maildir/ }}" for user in self._dovecot.passwords) + "}"
        return f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
daemon_directory = {_PROGRAMS}
command_directory = /usr/sbin
maillog_file = {self.folder}/log
maillog_file_prefixes = {self.folder}
inet_interfaces = {HOST}
inet_protocols = ipv4
myhostname = submission.test
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
biff = no
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {self._dovecot.folder}/run/auth-submission
smtpd_tls_security_level = may
smtpd_tls_chain_files = {tls.private_key}, {tls.chain}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
 check_recipient_access inline:{{ {{ {self.REFUSED} = 550 5.1.1 nobody of that name }},
 {{ {self.LATER} = 450 4.2.1 come back later }} }}, reject_unauth_destination
smtpd_client_connection_count_limit = 0
header_checks = regexp:{{ {{ /^Subject: {self.REFUSED_SUBJECT}/ REJECT not like this }} }}
message_size_limit = {self.SIZE_LIMIT}
virtual_mailbox_domains = {self.DOMAIN}
virtual_mailbox_base = {self._dovecot.folder}/home
virtual_mailbox_maps = {mailboxes}
virtual_minimum_uid = 1
virtual_uid_maps = static:{owner.pw_uid}
virtual_gid_maps = static:{owner.pw_gid}
default_transport = error:nothing is relayed from here
{self._settings}
"""

    def _master(self):
        lines = [f"{HOST}:{self.port} inet n - n - - smtpd",
                 f"{HOST}:{self.tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes",
                 "postlog unix-dgram n - n - 1 postlogd"]
        for name, limit in _DAEMONS.items():
            many = "-" if limit is None else str(limit)
            program = _PROGRAM_OF.get(name, name)
            private = "n" if name in ("cleanup", "qmgr", "flush") else "-"
            user = "n" if name == "virtual" else "-"
            lines.append(f"{name} unix {private} {user} n {_WAKE.get(name, '-')} {many} {program}")
        return "\n".join(lines) + "\n"
