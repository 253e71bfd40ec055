"""Rivals made of Dovecot: POP3 and IMAP over imapc, the login proxy, the submission service.

Services are tuned as far as their settings allow (processes are used again), so that each shows
its best.
"""

import os

from tests.integration.lab.ports import HOST

from . import dovecot_settings
from .mailboxes import OWNER
from .peer import Peer


class DovecotPeer(Peer):
    def launch_dovecot(self, protocols, settings):
        configuration = self.folder / "dovecot.conf"
        doors = "".join(
            dovecot_settings.login_service(
                protocol, self.ports[protocol, False], self.ports[protocol, True])
            for protocol in self.protocols)
        base = dovecot_settings.base(self.folder, self.certificate, protocols)
        configuration.write_text(base + settings + doors)
        self.launch(["dovecot", "-F", "-c", configuration])
        self.wait_ready()


class Imapc(DovecotPeer):
    name, about = "imapc", "Dovecot pop3 and imap over imapc, index kept on disk"
    protocols = ("pop3", "imap")
    kept = ("home",)

    def start(self):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        os.chown(home, OWNER, OWNER)
        services = "".join(f"""
service {name} {{{dovecot_settings.REUSE}
  process_limit = 12000
}}""" for name in self.protocols)
        self.launch_dovecot("imap pop3", f"""
mail_location = imapc:~/imapc
passdb {{
  driver = imap
  args = host={HOST} port={self.upstream["imap"]}
  default_fields = userdb_imapc_user=%u userdb_imapc_password=%w
}}
userdb {{
  driver = prefetch
}}
mail_uid = {OWNER}
mail_gid = {OWNER}
mail_home = {home}/%u
imapc_host = {HOST}
imapc_port = {self.upstream["imap"]}
imapc_features = rfc822.size fetch-headers fetch-bodystructure
{services}
""")


class LoginProxy(DovecotPeer):
    name, about = "dovecot-proxy", "Dovecot login proxy"
    protocols = ("pop3", "imap", "submission")

    def start(self):
        ports = self.upstream
        by_protocol = (f"%{{if;%s;eq;imap;{ports['imap']};"
                       f"%{{if\\;%s\\;eq\\;pop3\\;{ports['pop3']}\\;{ports['submission']}}}}}")
        self.launch_dovecot("imap pop3 submission", f"""
passdb {{
  driver = static
  args = nopassword=y proxy=y host={HOST} port={by_protocol}
}}
hostname = gateway.test
submission_relay_host = {HOST}
submission_max_mail_size = 100M
""")


class Submission(DovecotPeer):
    name, about = "dovecot-submission", "Dovecot submission service"
    protocols = ("submission",)

    def start(self):
        self.launch_dovecot("submission", f"""
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password=pw
}}
userdb {{
  driver = static
  args = uid={OWNER} gid={OWNER} home={self.folder}/home/%u
}}
hostname = gateway.test
submission_relay_host = {HOST}
submission_relay_port = {self.upstream["submission"]}
submission_relay_user = relay
submission_relay_password = pw
submission_relay_trusted = no
submission_max_mail_size = 100M
service submission {{{dovecot_settings.REUSE}
}}
""")
