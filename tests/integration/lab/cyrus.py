"""Cyrus: the upstream that keeps every octet, bare LF and NUL included (it sends NUL in ~{n}).

APPEND and LMTP would refuse or mend hostile mail, so messages are put into the mailbox folder as
files and `reconstruct` takes them in; only a message of zero octets is not taken. The programs come
from packages that conflict with Dovecot's and are unpacked (fetched.py). Cyrus logs to syslog
only. A user without a domain belongs to the realm `servername`.
"""

import os
import shutil

from . import fetched
from .ports import free_port
from .process import Process, run
from .upstream import OWNER, Upstream

_REALM = "localhost"


class Cyrus(Upstream):
    """`settings` are further lines of imapd.conf. It serves POP3 too, on `pop3_port`."""

    name = "cyrus"

    def __init__(self, *, settings=""):
        super().__init__()
        self.pop3_port = None
        self._settings = settings
        self._process = self._programs = self._environment = None

    def _start(self):
        root = fetched.unpacked_folder()
        self._programs = root / "usr/lib/cyrus/bin"
        libraries = ":".join(str(path) for path in root.glob("usr/lib/*-linux-gnu"))
        self._environment = {**os.environ, "LD_LIBRARY_PATH": libraries}
        self.pop3_port = free_port()
        for name in ("conf/socket", "spool", "run"):
            (self.folder / name).mkdir(parents=True)
        self._write_configuration()
        run(["chown", "-R", f"{OWNER}:{OWNER}", self.folder])
        self._process = Process(
            [self._programs / "master", "-D", "-C", self.folder / "imapd.conf",
             "-M", self.folder / "cyrus.conf", "-p", self.folder / "run/pid"],
            self.folder / "output", env=self._environment)
        self._process.wait_listening(self.clear_port, self.tls_port, self.pop3_port)

    def _stop(self):
        if self._process is not None:
            self._process.stop()

    def _add_user(self, name, password):
        user, _, domain = name.partition("@")
        database = self.folder / "sasldb"
        run(["saslpasswd2", "-p", "-c", "-f", database, "-u", domain or _REALM, user],
            stdin=None, input=password.encode())
        shutil.chown(database, OWNER, OWNER)
        with self.imap(name):
            pass  # the first login makes the mailboxes

    def deliver(self, user, messages):
        with self.imap(user) as connection:
            identity, first = (connection.response(code)[1][0].decode().strip("()")
                               for code in ("MAILBOXID", "UIDNEXT"))
        folder = self.folder / "spool/uuid" / identity[0] / identity[1] / identity
        for uid, octets in enumerate(messages, int(first)):
            file = folder / f"{uid}."
            file.write_bytes(octets)
            shutil.chown(file, OWNER, OWNER)
        run([self._programs / "reconstruct", "-C", self.folder / "imapd.conf",
             f"user/{user.removesuffix('@' + _REALM)}"], env=self._environment)

    def _write_configuration(self):
        configuration = self.folder / "imapd.conf"
        configuration.write_text(f"""
configdirectory: {self.folder}/conf
proc_path: {self.folder}/run/proc
mboxname_lockpath: {self.folder}/run/lock
lmtpsocket: {self.folder}/run/lmtp
idlesocket: {self.folder}/run/idle
notifysocket: {self.folder}/run/notify
defaultpartition: default
partition-default: {self.folder}/spool
cyrus_user: {OWNER}
cyrus_group: {OWNER}
servername: {_REALM}
virtdomains: userid
defaultdomain: {_REALM}
altnamespace: yes
unixhierarchysep: yes
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {self.folder}/sasldb
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Trash|Sent
xlist-trash: Trash
xlist-sent: Sent
tls_server_cert: {self.pki.good.chain}
tls_server_key: {self.pki.good.private_key}
{self._settings}
""")
        imapd, pop3d = (f"{self._programs}/{name}" for name in ("imapd", "pop3d"))
        listen = {"imap": (imapd, self.clear_port), "imaps": (f"{imapd} -s", self.tls_port),
                  "pop3": (pop3d, self.pop3_port)}
        services = "".join(
            f'  {name} cmd="{command} -C {configuration}" listen="{self.host}:{port}" prefork=0\n'
            for name, (command, port) in listen.items())
        recover = f'  recover cmd="{self._programs}/ctl_cyrusdb -C {configuration} -r"\n'
        (self.folder / "cyrus.conf").write_text(
            f"START {{\n{recover}}}\nSERVICES {{\n{services}}}\nEVENTS {{\n}}\n")
