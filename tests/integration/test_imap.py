"""IMAP through the gateway: programs that people use, in front of servers that people use.

After the login the gateway passes octets on, so what is compared is what the same server says
without a gateway: capabilities, octets of messages, mailboxes after they were synchronised.
"""

import base64
import contextlib
import imaplib
import json
import os
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients import mutt
from tests.integration.clients.node_packages import library
from tests.integration.gateway import Gateway
from tests.integration.gateway_config import imap_listeners
from tests.integration.lab import mail, process
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.upstream import IMAP_SECONDS, expect_ok, fetch_bodies, log_in

USER = "joe@example.test"
PASSWORD = 'p"a\\ss:wo rd'
LARGE = 25 * 1024 * 1024
_NODE = Path(__file__).resolve().parent / "clients/node"


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


class ServerContract(ThroughTheGateway):
    """What must work whichever server is behind."""

    def test_I025_tells_the_capabilities_of_the_server(self):
        connection = self.connect()

        answer = expect_ok(connection.login(USER, PASSWORD))[-1].decode()

        told = set(answer.partition("[CAPABILITY ")[2].partition("]")[0].split())
        direct = self.server.capabilities(USER)
        hidden = {name for name in direct if name.startswith("AUTH=")}
        hidden |= {"STARTTLS", "LOGINDISABLED", "LOGIN-REFERRALS", "MAILBOX-REFERRALS",
                   "UNAUTHENTICATE"}
        self.assertEqual(told, direct - hidden)

    def test_I026_never_offers_more_before_login_than_the_server_has_after(self):
        self.logged_in().logout()

        offered = set(self.connect().capabilities)

        has = self.server.capabilities(USER)
        self.assertLessEqual(offered & {"LITERAL+", "LITERAL-", "IDLE", "UIDPLUS"}, has)

    def test_fetches_every_octet_in_every_mode(self):
        direct = self.server.read_back(USER)
        for mode in ("clear", "starttls", "implicit"):
            with self.subTest(mode):
                connection = self.logged_in(mode)
                expect_ok(connection.select("INBOX"))
                self.assertEqual(fetch_bodies(connection, "1:*"), direct)
                connection.logout()

    def test_I043_hears_the_end_of_logout(self):
        connection = self.logged_in()

        kind, words = connection.logout()

        self.assertEqual(kind, "BYE")
        self.assertTrue(words)

    def test_I031_refuses_wrong_passwords_and_unknown_users_alike(self):
        said = []
        for user in (USER, "nobody@example.test"):
            connection = self.connect()
            with self.assertRaises(imaplib.IMAP4.error) as refusal:
                connection.login(user, "wrong" + user)
            said.append(str(refusal.exception))

        self.assertEqual(said[0], said[1])
        self.assertIn("AUTHENTICATIONFAILED", said[0])

    def test_I039_takes_and_gives_back_a_large_message(self):
        user = self.new_user()
        connection = self.logged_in(user=user)
        large = mail.big(LARGE)

        expect_ok(connection.append("INBOX", None, None, large))
        expect_ok(connection.select("INBOX"))
        (fetched,) = fetch_bodies(connection, "1:*").values()

        self.assertTrue(fetched == large)
        connection.logout()

    def test_I021_runs_what_came_behind_login_after_it(self):
        context = self.server.pki.client_context()
        raw = socket.create_connection((HOST, self.gateway.port("imaps")), IMAP_SECONDS)
        with context.wrap_socket(raw, server_hostname="localhost") as client:
            quoted = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
            client.sendall(f'a LOGIN {USER} "{quoted}"\r\nb SELECT INBOX\r\nc LOGOUT\r\n'.encode())
            heard = b"".join(iter(lambda: client.recv(65536), b""))

        tags = [line[:2] for line in heard.splitlines() if line[:2] in (b"a ", b"b ", b"c ")]
        self.assertEqual(tags, [b"a ", b"b ", b"c "])
        self.assertIn(b"5 EXISTS", heard)


def compressing_dovecot():
    return Dovecot(settings="protocol imap {\n  mail_plugins = imap_zlib\n}\n")


class DovecotTest(ServerContract, unittest.TestCase):
    make_server = staticmethod(compressing_dovecot)

    def test_I040_compresses_through_the_splice_and_pushes(self):
        user = self.new_user(mail.ordinary(1))
        told = {"library": str(library("imapflow")), "host": "localhost", "tls": True,
                "port": self.gateway.port("imaps"), "user": user, "password": PASSWORD,
                "ca": str(self.server.pki.ca_file)}
        with subprocess.Popen(["node", _NODE / "idle.mjs"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            killer = threading.Timer(60, client.kill)
            killer.start()
            client.stdin.write(json.dumps(told).encode())
            client.stdin.close()
            first = json.loads(client.stdout.readline() or client.stderr.read())
            self.server.deliver(user, [mail.ordinary(2)])
            news = json.loads(client.stdout.readline() or client.stderr.read())
            source = json.loads(client.stdout.readline() or client.stderr.read())
            client.stdout.read()
            client.wait()
            killer.cancel()

        self.assertEqual(first, {"ready": 1, "compressed": True, "idle": True})
        self.assertEqual(news, {"exists": 2})
        self.assertEqual(base64.b64decode(source["source"]), mail.ordinary(2))

    def test_curl_fetches_a_message(self):
        for scheme, port in (("imap", "imap"), ("imaps", "imaps")):
            with self.subTest(scheme):
                fetched = process.run(
                    ["curl", "-sS", "--cacert", self.server.pki.ca_file,
                     *(["--ssl-reqd"] if scheme == "imap" else []), "--user",
                     f"{USER}:{PASSWORD}",
                     f"{scheme}://localhost:{self.gateway.port(port)}/INBOX;MAILINDEX=2"])
                self.assertEqual(fetched, self.server.as_stored(mail.ordinary(2)))

    def test_mbsync_synchronises_both_ways(self):
        user = self.new_user(*(mail.ordinary(number) for number in range(1, 40)))
        local = self.folder / "maildir"
        configuration = self.folder / "mbsyncrc"
        command = self.folder / "password"
        command.write_text(PASSWORD)
        configuration.write_text(
            f"IMAPAccount there\nHost localhost\nPort {self.gateway.port('imaps')}\n"
            f"User {user}\nPassCmd \"cat {command}\"\nSSLType IMAPS\n"
            f"CertificateFile {self.server.pki.ca_file}\n\n"
            f"IMAPStore far\nAccount there\n\n"
            f"MaildirStore near\nPath {local}/\nInbox {local}/INBOX\n\n"
            f"Channel all\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\n"
            f"SyncState *\n")
        local.mkdir()
        run_mbsync = ["mbsync", "-c", configuration, "-a"]

        process.run(run_mbsync, seconds=60)
        here = sorted(file for part in ("cur", "new")
                      for file in (local / "INBOX" / part).iterdir())
        self.assertEqual(len(here), 39)

        (local / "INBOX/new/mine").write_bytes(mail.ordinary(77).replace(b"\r\n", b"\n"))
        process.run(run_mbsync, seconds=60)
        bodies = list(self.server.read_back(user).values())
        self.assertEqual(len(bodies), 40)
        self.assertTrue(any(b"message 77" in body for body in bodies))

    def test_imapfilter_flags_what_it_is_told_to(self):
        user, password = "filtered@example.test", "plain"  # it does not escape quotation marks
        self.server.add_user(user, password)
        self.server.deliver(user, [mail.ordinary(number) for number in range(1, 4)])
        script = self.folder / "filter.lua"
        script.write_text(
            f"options.timeout = 30\noptions.certificates = false\n"
            f"account = IMAP{{server='localhost', port={self.gateway.port('imaps')}, ssl='auto',\n"
            f"  username='{user}', password='{password}'}}\n"
            f"account.INBOX:contain_subject('ordinary-2'):mark_flagged()\n")
        process.run(["imapfilter", "-t", self.server.pki.ca_file, "-c", script], seconds=60,
                    env={**os.environ, "HOME": str(self.folder)})

        with self.server.imap(user) as connection:
            self.assertEqual(expect_ok(connection.search(None, "FLAGGED")), [b"2"])

    def test_mutt_opens_a_mailbox_and_flags_a_message(self):
        user = self.new_user(mail.ordinary(1), mail.ordinary(2))
        configuration = self.folder / "muttrc"
        quoted = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        configuration.write_text(
            f'set imap_user="{user}"\nset imap_pass="{quoted}"\n'
            f'set ssl_ca_certificates_file="{self.server.pki.ca_file}"\n'
            f'set ssl_starttls=no ssl_force_tls=yes quit=yes move=no delete=no\n'
            f'set wait_key=no sleep_time=0 tmpdir="{self.folder}" record=""\n'
            'push "<tag-pattern>all<enter><tag-prefix><set-flag>!<sync-mailbox><quit>"\n')
        mutt.run_in_terminal(["mutt", "-n", "-F", configuration, "-f",
                              f"imaps://localhost:{self.gateway.port('imaps')}/INBOX"],
                             self.folder)

        with self.server.imap(user) as connection:
            self.assertIn(b"1", expect_ok(connection.search(None, "FLAGGED"))[0].split())

    def test_I045_T072_no_credential_is_logged(self):
        secret = "Zx9-planted-secret"
        connection = self.connect("clear")
        with self.assertRaises(imaplib.IMAP4.error):
            connection.login(USER, secret)
        raw = socket.create_connection((HOST, self.gateway.port("imap")), IMAP_SECONDS)
        with raw:
            raw.sendall(b"a LOGIN joe {18+}\r\n" + secret.encode() + b"\r\nb " +
                        secret.encode() + b"\r\nc LOGOUT\r\n")
            self.assertIn(b"c OK", b"".join(iter(lambda: raw.recv(65536), b"")))

        self.assertNotIn(secret, self.gateway.log())
        self.assertIn("login.refused", self.gateway.log())


class CyrusTest(ServerContract, unittest.TestCase):
    make_server = Cyrus


class CourierTest(ServerContract, unittest.TestCase):
    make_server = Courier


class LegacyFrontTest(ServerContract, unittest.TestCase):
    make_server = LegacyFront


if __name__ == "__main__":
    unittest.main()
