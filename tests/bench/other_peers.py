"""Rivals that pass octets on: nginx's mail proxy, HAProxy, Perdition, up-imapproxy.

None of them translates; for POP3 they stand before Dovecot's own POP3 service.
"""

from tests.integration.lab.ports import HOST, free_port

from .peer import Peer


class Nginx(Peer):
    """It asks an HTTP server where a user lives; that is itself, and charged to it."""

    name, about = "nginx", "nginx mail proxy"
    protocols = ("pop3", "imap", "submission")

    def start(self):
        auth_port = free_port()
        doors = "".join(
            f"  server {{ listen {HOST}:{port}{' ssl' if tls else ''};"
            f" protocol {'smtp' if protocol == 'submission' else protocol}; }}\n"
            for (protocol, tls), port in self.ports.items())
        scratch = " ".join(
            f"{name}_temp_path {self.folder}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        ports = self.upstream
        configuration = self.folder / "nginx.conf"
        configuration.write_text(f"""
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off;
user nobody nogroup;
worker_processes 2;
worker_rlimit_nofile 20000;
pid {self.folder}/pid;
error_log {self.folder}/error.log warn;
events {{ worker_connections 19000; }}
http {{
  access_log off;
  {scratch}
  map $http_auth_protocol $upstream_port {{
    imap {ports["imap"]};
    pop3 {ports["pop3"]};
    smtp {ports["submission"]};
  }}
  server {{
    listen {HOST}:{auth_port} backlog=4096;
    location / {{
      add_header Auth-Status OK;
      add_header Auth-Server {HOST};
      add_header Auth-Port $upstream_port;
      return 204;
    }}
  }}
}}
mail {{
  server_name gateway.test;
  auth_http {HOST}:{auth_port}/;
  proxy_pass_error_message on;
  proxy_smtp_auth on;
  xclient off;
  proxy_timeout 1h;
  timeout 60s;
  pop3_auth plain;
  imap_auth plain login;
  smtp_auth plain login;
  imap_capabilities IMAP4rev1 UIDPLUS IDLE LITERAL+;
  pop3_capabilities TOP USER UIDL;
  smtp_capabilities "SIZE 104857600" 8BITMIME;
  ssl_certificate {self.certificate.chain};
  ssl_certificate_key {self.certificate.private_key};
  ssl_protocols TLSv1.3;
{doors}}}
""")
        self.launch(["nginx", "-p", self.folder, "-c", configuration,
                     "-e", self.folder / "error.log"])
        self.wait_ready()


class Haproxy(Peer):
    name, about = "haproxy", "HAProxy, TCP mode"
    protocols = ("pop3", "imap", "submission")

    def start(self):
        both = self.folder / "certificate.pem"
        both.write_bytes(self.certificate.chain.read_bytes() +
                         self.certificate.private_key.read_bytes())
        doors = "".join(f"""
listen {protocol}
  bind {HOST}:{self.ports[protocol, False]}
  bind {HOST}:{self.ports[protocol, True]} ssl crt {both}
  server up {HOST}:{self.upstream[protocol]}
""" for protocol in self.protocols)
        configuration = self.folder / "haproxy.cfg"
        configuration.write_text(f"""
global
  maxconn 9800
  nbthread 2
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode tcp
  maxconn 9800
  timeout connect 10s
  timeout client 1h
  timeout server 1h
{doors}
""")
        self.launch(["haproxy", "-db", "-f", configuration])
        self.wait_ready()


class Perdition(Peer):
    """A process for each session, and a listener for each port."""

    name, about = "perdition", "Perdition"
    protocols = ("pop3", "imap")

    def start(self):
        self.folder.chmod(0o777)
        for (protocol, tls), port in self.ports.items():
            argv = ["perdition", "--no_daemon", "-P", "IMAP4" if protocol == "imap" else "POP3",
                    "-b", HOST, "-l", port, "-f", "/dev/null", "-s", HOST,
                    "-p", self.upstream[protocol], "-M", "", "-n", "--pid_file", "",
                    "-u", "nobody", "-g", "nogroup", "-q", "--connect_relog", "0", "-F", "-",
                    "-t", "3600", "--imap_capability", "IMAP4REV1 IDLE UIDPLUS",
                    "--pop_capability", "UIDL TOP USER"]
            if tls:
                argv += ["--ssl_mode", "ssl_listen", "--ssl_cert_file", self.certificate.chain,
                         "--ssl_key_file", self.certificate.private_key,
                         "--ssl_ca_file", self.certificate.chain, "--ssl_no_client_cert_verify"]
            else:
                argv += ["--ssl_mode", "none"]
            self.launch(argv, f"{protocol}-{tls}").wait_listening(port)


class Imapproxy(Peer):
    """It keeps upstream sessions for the next login. stunnel does TLS, and is charged to it."""

    name, about = "imapproxy", "up-imapproxy behind stunnel"
    protocols = ("imap",)

    def start(self):
        self.folder.chmod(0o777)
        clear, secure = self.ports["imap", False], self.ports["imap", True]
        configuration = self.folder / "imapproxy.conf"
        configuration.write_text(f"""
server_hostname {HOST}
server_port {self.upstream["imap"]}
listen_address {HOST}
listen_port {clear}
connect_retries 3
connect_delay 1
cache_size 9000
cache_expiration_time 300
proc_username nobody
proc_groupname nogroup
stat_filename {self.folder}/statistics
protocol_log_filename {self.folder}/protocol.log
syslog_facility LOG_MAIL
send_tcp_keepalives no
enable_select_cache no
foreground_mode yes
force_tls no
enable_admin_commands no
""")
        front = self.folder / "stunnel.conf"
        front.write_text(f"""
foreground = yes
pid =
debug = 3
output = {self.folder}/stunnel.log
cert = {self.certificate.chain}
key = {self.certificate.private_key}
sslVersionMin = TLSv1.2
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[imaps]
accept = {HOST}:{secure}
connect = {HOST}:{clear}
""")
        self.launch(["imapproxyd", "-f", configuration]).wait_listening(clear)
        self.launch(["stunnel4", front], "stunnel").wait_listening(secure)
