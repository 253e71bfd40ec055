"""A farm of POP3 mailboxes moves behind the gateway, and no client notices.

Five old servers, each with UIDLs of its own make, and one IMAP server with copies of their mail,
numbered otherwise and with a header field of its own in every second message. What the old servers
show is exported, imported while the gateway runs, and audited.
"""

import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients import Maildrop
from tests.integration.clients.fetchmail import Fetchmail
from tests.integration.clients.getmail import Getmail
from tests.integration.clients.raw import RawPop3
from tests.integration.gateway import Gateway, binary
from tests.integration.lab import mail
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.process import remove_folder, work_folder

PASSWORD = "farm-pass"
MAILBOXES = 40  # at each old server
TOOL_SECONDS = 120

OLD_SERVERS = {
    "dovecot": Dovecot,
    "courier": Courier,
    "cyrus": lambda: Cyrus(settings="uidl_format: cyrus"),
    "xuidl": lambda: Dovecot(settings="protocol pop3 {\n  pop3_reuse_xuidl = yes\n}\n"),
    "file": lambda: Dovecot(settings="pop3_uidl_format = %f"),
}


def letters(farm, number):
    """The mail of one user: none, one or a few messages, no two alike."""
    count = number % 5
    serial = (sorted(OLD_SERVERS).index(farm) * MAILBOXES + number) * 10
    messages = [mail.ordinary(serial + i, 300 + 40 * i) for i in range(count)]
    if farm != "xuidl":
        return messages
    return [b"X-UIDL: old%d.%d\r\n" % (number, i) + text for i, text in enumerate(messages)]


def moved(messages):
    """The same as the new server has it: every second one was marked by somebody."""
    return [b"Status: RO\r\nX-Keywords: seen\r\n" + text if i % 2 else text
            for i, text in enumerate(messages)]


class Farm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = work_folder("farm")
        cls.addClassCleanup(remove_folder, cls.folder)
        cls.old = {name: make() for name, make in OLD_SERVERS.items()}
        for server in cls.old.values():
            cls.enterClassContext(server)
        cls.new = cls.enterClassContext(Dovecot())
        cls.users = {name: [f"u{n}@{name}.test" for n in range(MAILBOXES)] for name in cls.old}
        with ThreadPoolExecutor(len(cls.old)) as pool:
            list(pool.map(cls._fill, cls.old))
        (cls.folder / "authorities.pem").write_text("".join(
            server.pki.ca_file.read_text() for server in (*cls.old.values(), cls.new)))
        cls.gateway = cls.enterClassContext(
            Gateway(cls.new, settings={"pop3": {"require_import": ["*"]},
                                       "listener": {"pop3": {"cleartext_login": "always"}}}))

    @classmethod
    def _fill(cls, name):
        users = cls.users[name]
        for number, user in enumerate(users):
            messages = letters(name, number)
            for server, mails in ((cls.old[name], messages), (cls.new, moved(messages))):
                server.add_user(user, PASSWORD)
                # One that goes again, so that UIDs are not those of the other server.
                first = [mail.ordinary(100_000 + number)] if server is cls.new else []
                if first + mails:
                    server.deliver(user, first + mails)
            cls.new.expunge_elsewhere(user, 1)
        lines = "".join(f"{user}\t{PASSWORD}\n" for user in users)
        (cls.folder / f"{name}.users").write_text(lines)

    # What operators do: by STLS, by TLS from the first octet, or in clear where the server is old.

    def from_and_to(self, name):
        """The URLs of an old server and of the gateway, and how they are to be reached."""
        old, secure = self.old[name], ["--ca-file", self.folder / "authorities.pem"]
        if name == "dovecot":
            return (f"pop3://localhost:{old.pop3_port}",
                    f"pop3://localhost:{self.gateway.port('pop3')}", secure)
        if name == "file":
            return (f"pop3s://localhost:{old.pop3s_port}",
                    f"pop3s://localhost:{self.gateway.port('pop3s')}", secure)
        return (f"pop3://localhost:{old.pop3_port}",
                f"pop3://localhost:{self.gateway.port('pop3')}", ["--clear"])

    def tool(self, *words, status=0):
        """Runs `postern uidl ...`; its output."""
        done = subprocess.run([binary(), "uidl", *map(str, words)], capture_output=True,
                              timeout=TOOL_SECONDS, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout.decode()

    def tour(self, verb, name, *words, status=0):
        come_from, _, way = self.from_and_to(name)
        return self.tool(verb, "--from", come_from, *way, "--users", self.folder / f"{name}.users",
                         *words, status=status)

    def audit(self, name, status=0):
        """Grade and reason of each user, and the summary."""
        lines = self.tour("audit", name, "--to", self.from_and_to(name)[1], status=status)
        rows = [line.split("\t") for line in lines.splitlines()]
        return {row[1]: row for row in rows[:-1]}, rows[-1]

    def import_file(self, file):
        return self.tool("import", file, "--config", self.gateway.configuration)

    # What clients do.

    def download(self, client, server_port, user, folder):
        maildrop = Maildrop("localhost", server_port, user, PASSWORD)
        return client.fetch_all(maildrop, work_folder=folder, keep=True)

    def first_answer(self, user):
        with RawPop3("localhost", self.gateway.port("pop3")) as pop3:
            pop3.greeting()
            return pop3.log_in(user, PASSWORD)

    def test_M094_M095_M097_a_farm_moves_without_one_download(self):
        clients = {"fetchmail": Fetchmail(only_new=True), "getmail": Getmail(only_new=True)}
        got = {}
        for name, server in self.old.items():
            for label, client in clients.items():
                user = self.users[name][4]
                folder = self.folder / f"{label}-{name}"
                got[label, name] = self.download(client, server.pop3_port, user, folder)
                self.assertEqual(len(got[label, name]), 4)

        files = []
        for name in self.old:
            with self.subTest(name), self.subTest("export"):
                file = self.folder / f"{name}.uidls"
                file.write_text(self.tour("export", name))
                files.append(file)
                self.assertEqual(len(file.read_text().splitlines()), 1 + sum(
                    max(1, len(letters(name, n))) for n in range(MAILBOXES)))

        self.assertEqual(self.first_answer(self.users["courier"][1])[:15], b"-ERR [SYS/TEMP]")

        for file in files:
            self.import_file(file)
        for name in self.old:
            with self.subTest(name), self.subTest("audit"):
                rows, summary = self.audit(name)
                self.assertEqual(summary, ["#summary", f"identical={MAILBOXES}", "fixable=0",
                                           "different=0", "failed=0"])
                self.assertEqual(set(rows), set(self.users[name]))

        # The cache goes, the gateway too; a second import changes nothing.
        self.gateway.stop()
        for cache in Path(self.gateway.settings["state"]["path"]).parent.glob("index.db*"):
            cache.unlink()
        self.gateway.start()
        self.assertIn("taken=0\tknown=4", self.import_file(files[0]))
        for name, server in self.old.items():
            with self.subTest(name), self.subTest("clients"):
                _, summary = self.audit(name)
                self.assertEqual(summary[1], f"identical={MAILBOXES}")
                for label, client in clients.items():
                    folder = self.folder / f"{label}-{name}"
                    self._let_port_change(folder, server.pop3_port)
                    again = self.download(client, self.gateway.port("pop3"),
                                          self.users[name][4], folder)
                    self.assertEqual(again, got[label, name], label)

        self._check_that_differences_are_found()

    def _let_port_change(self, folder, old_port):
        """getmail names its memory by the server's port; a real move keeps that."""
        for memory in folder.glob("oldmail-*"):
            name = memory.name.replace(str(old_port), str(self.gateway.port("pop3")))
            shutil.move(memory, folder / name)

    def _check_that_differences_are_found(self):
        more, fewer, changed = (self.users["cyrus"][n] for n in (2, 3, 4))
        self.new.deliver(more, [mail.ordinary(500_001)])
        self.new.expunge_elsewhere(fewer, 2)
        self.new.expunge_elsewhere(changed, 3)
        self.new.deliver(changed, [mail.ordinary(500_002)])

        rows, summary = self.audit("cyrus", status=1)

        self.assertEqual(summary[1:], [f"identical={MAILBOXES - 3}", "fixable=0", "different=3",
                                       "failed=0"])
        self.assertEqual({user for user, row in rows.items() if row[0] == "different"},
                         {more, fewer, changed})


if __name__ == "__main__":
    unittest.main()
