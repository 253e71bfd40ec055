"""Parts of dovecot.conf that the upstream and the rivals made of Dovecot have in common."""

from tests.integration.lab.ports import HOST

from .mailboxes import OWNER

REUSE = """
  service_count = 200
  process_min_avail = 2"""


def base(folder, certificate, protocols):
    """A Dovecot of its own in a folder, without the limits and delays that guard a public one."""
    services = "".join(
        f"service {name} {{\n  client_limit = 18000\n}}\n"
        for name in ("anvil", "auth", "log", "stats"))
    sessions = "".join(
        f"protocol {name} {{\n  mail_max_userip_connections = 0\n}}\n" for name in ("imap", "pop3"))
    return f"""
base_dir = {folder}/base
state_dir = {folder}/state
log_path = {folder}/log
listen = {HOST}
protocols = {protocols}
ssl = yes
ssl_cert = <{certificate.chain}
ssl_key = <{certificate.private_key}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_worker_max_count = 60
verbose_proctitle = no
first_valid_uid = {OWNER}
first_valid_gid = {OWNER}
mail_fsync = never
default_vsz_limit = 4G
default_client_limit = 9900
default_process_limit = 12000
login_trusted_networks = 127.0.0.0/8
mail_max_userip_connections = 0
{services}{sessions}"""


def login_service(protocol, clear_port, tls_port):
    """Two processes that serve all logins of a protocol, instead of one for each."""
    secure = {"imap": "imaps", "pop3": "pop3s", "submission": "submissions"}[protocol]
    return f"""
service {protocol}-login {{
  inet_listener {protocol} {{
    port = {clear_port}
  }}
  inet_listener {secure} {{
    port = {tls_port}
    ssl = yes
  }}
  service_count = 0
  process_min_avail = 2
  client_limit = 9900
}}
"""
