"""`./dev demo` shows a whole POP3 session on mail that Dovecot holds, and leaves nothing behind."""

import imaplib
import os
import poplib
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import unittest
from pathlib import Path

_TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_TOP))

from tests.integration import gateway
from tests.integration.lab import process

_SECONDS = 120


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.work = process.work_folder("demo")
        self.addCleanup(process.remove_folder, self.work)
        self.environment = {**os.environ, "POSTERN_TEST_WORK": str(self.work),
                            "POSTERN_BINARY": str(gateway.binary())}

    def test_once_shows_the_session_and_ends_with_nothing_left(self):
        done = subprocess.run([_TOP / "dev", "demo", "--once"], env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=_SECONDS, check=False)

        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        said = done.stdout.splitlines()
        start = said.index("+OK POP3 ready")
        heard = [line for line in said[start:] if not line.startswith("> ")]
        self.assertIn("+OK logged in", heard)
        self.assertRegex("\n".join(heard), r"\+OK 3 \d+\n")
        self.assertRegex("\n".join(heard), r"1 [0-9a-f]{16}\n2 [0-9a-f]{16}\n3 [0-9a-f]{16}\n\.\n")
        self.assertIn("..profile", heard)
        self.assertIn("This one came in by submission.", heard)
        self.assertEqual(heard[-1], "The IMAP server has 2 messages left.")
        self.assertEqual(list(self.work.iterdir()), [])

    def test_stays_up_for_others_until_it_is_interrupted(self):
        with open(self.work / "said", "w+", encoding="utf-8") as said:
            demo = subprocess.Popen([_TOP / "dev", "demo"], env=self.environment,
                                    stdin=subprocess.DEVNULL, stdout=said,
                                    stderr=subprocess.STDOUT)
            try:
                text = self.said_until(demo, said, r"\n  log +\S+\n")
                port = int(re.search(r"pop3://localhost:(\d+)/", text)[1])
                self.assertEqual(self.messages(port), 2)
                self.check_imap(text)
                self.check_submission(text)
                demo.send_signal(signal.SIGINT)
                status = demo.wait(_SECONDS)
            finally:
                demo.kill()
                demo.wait()

        self.assertEqual(status, 0)
        self.assertEqual([path.name for path in self.work.iterdir()], ["said"])
        self.assertFalse(process.accepts(port))

    def check_imap(self, text):
        """Logs in at both IMAP ports that the text names, and counts the same mail there."""
        upgraded, authority, secure = re.search(
            r"-starttls imap -CAfile (\S+) localhost:(\d+)\n.*-CAfile \1 localhost:(\d+)\n",
            text).group(2, 1, 3)
        context = ssl.create_default_context(cafile=authority)
        self.assertIn(f"imap://localhost:{upgraded}/INBOX", text)
        for port in (upgraded, secure):
            if port == upgraded:
                imap = imaplib.IMAP4("localhost", int(port), timeout=20)
                imap.starttls(context)
            else:
                imap = imaplib.IMAP4_SSL("localhost", int(port), timeout=20, ssl_context=context)
            imap.login("joe@example.test", "open-sesame")
            self.assertEqual(imap.select("INBOX", readonly=True), ("OK", [b"2"]))
            imap.logout()

    @staticmethod
    def check_submission(text):
        """Sends by the port that the text names."""
        authority = re.search(r"-CAfile (\S+) ", text)[1]
        port = int(re.search(r"submission +localhost:(\d+),", text)[1])
        joe = "joe@example.test"
        with smtplib.SMTP("localhost", port, timeout=20) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=authority))
            smtp.login(joe, "open-sesame")
            refused = smtp.sendmail(joe, [joe], b"Subject: once more\r\n\r\nhello\r\n")
        if refused:
            raise AssertionError(refused)

    @staticmethod
    def said_until(demo, said, expression):
        def text():
            return Path(said.name).read_text(encoding="utf-8")

        process.wait_until(lambda: re.search(expression, text()) or demo.poll() is not None,
                           _SECONDS, "the end of the session")
        if demo.poll() is not None:
            raise AssertionError(f"it has ended with {demo.returncode}:\n{text()}")
        return text()

    @staticmethod
    def messages(port):
        pop3 = poplib.POP3("localhost", port, timeout=20)
        pop3.user("joe@example.test")
        pop3.pass_("open-sesame")
        count = pop3.stat()[0]
        pop3.quit()
        return count


if __name__ == "__main__":
    unittest.main()
