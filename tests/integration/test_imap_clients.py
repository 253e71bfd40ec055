"""IMAP through the gateway: programs that people use, each in front of each kind of server.

After the login the gateway passes octets on, so what is compared is what is in the mailbox
afterwards, seen by a connection that is not the gateway's.
"""

import base64
import json
import os
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients import mutt
from tests.integration.clients.node_packages import library
from tests.integration.imap_case import PASSWORD, USER, ThroughTheGateway
from tests.integration.lab import mail, process
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.upstream import expect_ok

_NODE = Path(__file__).resolve().parent / "clients/node"
_GIBIBYTE = 1 << 30
_GROWTH_MAX = 16 << 20
_PUSH_SECONDS = 60


class ClientContract(ThroughTheGateway):
    """What each client must get done. `compresses` and `idles` say what the server can; without
    UIDPLUS isync 1.4.4 cannot upload, with and without a gateway."""

    compresses = False
    idles = True
    has_uidplus = True

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

        if self.has_uidplus:
            (local / "INBOX/new/mine").write_bytes(mail.ordinary(77).replace(b"\r\n", b"\n"))
        here[0].unlink()
        self.server.deliver(user, [mail.ordinary(88)])
        process.run(run_mbsync, seconds=60)
        bodies = list(self.server.read_back(user).values())
        self.assertEqual(len(bodies), 40 if self.has_uidplus else 39)
        self.assertEqual(any(b"message 77" in body for body in bodies), self.has_uidplus)
        self.assertTrue(any(b"message 88" in file.read_bytes()
                            for file in (local / "INBOX/new").iterdir()))

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

    def test_I040_imapflow_compresses_where_it_can_and_is_told_of_new_mail(self):
        user = self.new_user(mail.ordinary(1))
        told = {"library": str(library("imapflow")), "host": "localhost", "tls": True,
                "port": self.gateway.port("imaps"), "user": user, "password": PASSWORD,
                "ca": str(self.server.pki.ca_file)}
        with subprocess.Popen(["node", _NODE / "idle.mjs"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            killer = threading.Timer(_PUSH_SECONDS, client.kill)
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

        self.assertEqual(first, {"ready": 1, "compressed": self.compresses, "idle": self.idles})
        self.assertEqual(news, {"exists": 2})
        self.assertEqual(base64.b64decode(source["source"]),
                         self.server.as_stored(mail.ordinary(2)))

    def test_I039_fetches_a_message_of_a_gibibyte_with_flat_memory(self):
        large = mail.big(_GIBIBYTE)
        user = self.new_user(large)
        connection = self.logged_in(user=user)
        expect_ok(connection.select("INBOX", readonly=True))
        before = self.peak_memory()

        connection.send(b"x FETCH 1 BODY.PEEK[]\r\n")
        head = connection.readline()
        self.assertRegex(head, rb"\* 1 FETCH .*\{1073741824\}\r\n")
        expected = memoryview(large)
        while expected:
            octets = connection.read(min(len(expected), 1 << 20))
            self.assertTrue(octets == expected[:len(octets)], f"{len(expected)} octets to go")
            expected = expected[len(octets):]
        self.assertEqual(connection.readline(), b")\r\n")
        self.assertRegex(connection.readline(), rb"x OK ")

        self.assertLess(self.peak_memory() - before, _GROWTH_MAX)
        connection.logout()

    def peak_memory(self):
        """The most octets that the gateway has had resident so far."""
        status = Path(f"/proc/{self.gateway.process.pid}/status").read_text(encoding="ascii")
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def compressing_dovecot():
    return Dovecot(settings="protocol imap {\n  mail_plugins = imap_zlib\n}\n")


def attentive_cyrus():
    return Cyrus(settings="imapidlepoll: 1\n")


def attentive_courier():
    return Courier(idle_seconds=1)


class DovecotTest(ClientContract, unittest.TestCase):
    make_server = staticmethod(compressing_dovecot)
    compresses = True


class CyrusTest(ClientContract, unittest.TestCase):
    make_server = staticmethod(attentive_cyrus)
    compresses = True


class CourierTest(ClientContract, unittest.TestCase):
    make_server = staticmethod(attentive_courier)


class LegacyFrontTest(ClientContract, unittest.TestCase):
    make_server = LegacyFront
    idles = False
    has_uidplus = False


if __name__ == "__main__":
    unittest.main()
