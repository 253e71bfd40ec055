"""Courier: an upstream without CONDSTORE, ESEARCH, UIDNEXT at SELECT, or patience with pipelines.

Its programs insist on /etc/courier and /run/courier. They run in a mount namespace in which /etc is
a folder of ours (with copies of what libc wants there) and /run another, so the machine's own are
untouched; and in a process namespace, since they leave their session and would outlive the test.
Maildir files are taken to end lines at LF: delivery writes them so, and IMAP shows CR LF.
Refused logins take five seconds. It serves POP3 too, on `pop3_port`, with UIDLs of its own.
"""

import re
import shlex
import shutil

from . import fetched, maildir
from .ports import free_port
from .process import Process, run
from .upstream import OWNER, Upstream

_CAPABILITIES = ("IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES "
                 "SORT QUOTA IDLE")
_LIBC_FILES = ("passwd", "group", "nsswitch.conf", "ld.so.cache", "hosts", "services")
_AUTHLIB = "/usr/lib/courier/courier-authlib/authdaemond"


class Courier(Upstream):
    """`capabilities` is what it advertises, beside what it adds by itself; `idle_seconds` how long
    it looks away during IDLE."""

    name = "courier"

    def __init__(self, *, capabilities=_CAPABILITIES, idle_seconds=60):
        super().__init__()
        self.pop3_port = None
        self._idle_seconds = idle_seconds
        self._capabilities = capabilities
        self._process = None

    def _start(self):
        self.pop3_port = free_port()
        etc = self.folder / "etc"
        for path in (etc / "courier", self.folder / "run/courier/authdaemon", self.folder / "home"):
            path.mkdir(parents=True)
        for name in _LIBC_FILES:
            shutil.copy(f"/etc/{name}", etc / name)
        (etc / "courier/authdaemonrc").write_text(
            'authmodulelist="authuserdb"\nauthmodulelistorig="authuserdb"\ndaemons=3\n'
            'authdaemonvar=/run/courier/authdaemon\nDEBUG_LOGIN=0\nDEFAULTOPTIONS=""\n')
        self._make_user_database()
        both = self.folder / "tls/both.pem"
        good = self.pki.good
        both.write_bytes(good.chain.read_bytes() + good.private_key.read_bytes())
        both.chmod(0o644)
        script = self.folder / "start"
        script.write_text(self._script(fetched.unpacked_folder(), both))
        self._process = Process(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", script],
            self.folder / "output", end_signal="KILL")
        self._process.wait_for_file(self.folder / "run/courier/authdaemon/socket")
        self._process.wait_listening(self.clear_port, self.tls_port, self.pop3_port)

    def _stop(self):
        if self._process is not None:
            self._process.stop()

    def _add_user(self, name, password):
        home = self.folder / "home" / name
        maildir.make(home, OWNER)
        maildir.make(home / "Maildir", OWNER)
        crypted = run(["openssl", "passwd", "-6", "-stdin"], stdin=None, input=password.encode())
        owner = f"uid={_number('u')}|gid={_number('g')}"
        with open(self.folder / "etc/courier/userdb", "a", encoding="utf-8") as users:
            users.write(f"{name}\t{owner}|home={home}|mail={home}/Maildir"
                        f"|imappw={crypted.decode().strip()}|pop3pw={crypted.decode().strip()}\n")
        self._make_user_database()

    def deliver(self, user, messages):
        lines = (octets.replace(b"\r\n", b"\n") for octets in messages)
        maildir.deliver(self.folder / "home" / user / "Maildir", OWNER, lines)

    def as_stored(self, octets):
        text = re.sub(rb"(?<!\r)\n", b"\r\n", octets)
        return text[:-1] if text.endswith(b"\r") else text

    def _make_user_database(self):
        users = self.folder / "etc/courier/userdb"
        users.touch(mode=0o600)
        run(["makeuserdb", "-f", users])

    def _script(self, root, certificate):
        bind = {self.folder / "etc": "/etc", self.folder / "run": "/run"}
        mounts = "".join(f"mount --bind {shlex.quote(str(ours))} {theirs}\n"
                         for ours, theirs in bind.items())
        exports = {
            "IMAP_CAPABILITY": self._capabilities, "IMAP_KEYWORDS": "1", "IMAP_ACL": "1",
            "IMAP_USELOCKS": "1", "IMAP_MAILBOX_SANITY_CHECK": "1",
            "IMAP_IDLE_TIMEOUT": str(self._idle_seconds),
            "IMAP_TRASHFOLDERNAME": "Trash", "IMAP_EMPTYTRASH": "", "SENDMAIL": "/bin/true",
            "IMAP_STARTTLS": "YES", "IMAP_TLS_REQUIRED": "0",
            "COURIERTLS": f"{root}/usr/bin/couriertls", "TLS_CERTFILE": str(certificate),
            "TLS_VERIFYPEER": "NONE",
        }
        environment = "".join(f"export {name}={shlex.quote(value)}\n"
                              for name, value in exports.items())
        listen = (f"{root}/usr/sbin/couriertcpd -address={self.host} -maxprocs=200 -maxperip=300 "
                  "-nodnslookup -noidentlookup")
        serve = f"{root}/usr/lib/courier/courier/imaplogin {root}/usr/bin/imapd Maildir"
        pop3 = f"{root}/usr/lib/courier/courier/courierpop3"
        return (f"set -e\n{mounts}{environment}{_AUTHLIB} &\n"
                f"{listen} {self.pop3_port} {pop3}login {pop3}d Maildir &\n"
                f"{listen} {self.clear_port} {serve} &\n"
                f"IMAP_TLS=1 {listen} {self.tls_port} {root}/usr/bin/couriertls -server -tcpd "
                f"-user={OWNER} {serve} &\nwait\n")


def _number(kind):
    return run(["id", f"-{kind}", OWNER]).decode().strip()
