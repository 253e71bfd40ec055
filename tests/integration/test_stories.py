"""The same stories before a real server: one test, two peers.

Stories without U lines are played here over sockets: the real binary, Dovecot behind it. Those that
turn the clock, change the configuration or look at what only the server in memory can show are left
to story_test.cpp; tests/stories/README.md tells the language.
"""

import base64
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.raw import RawPop3
from tests.integration.gateway import Gateway
from tests.integration.lab.dovecot import Dovecot

_STORIES = Path(__file__).resolve().parents[1] / "stories"
_MARKS = ("C:", "S:")
_SIDES = ("eof client", "close client", "cut client", "tls client")
# About the inside of the gateway or of the server in memory: true here as well, but not to be seen.
_NOT_SEEN_HERE = ("silence", "asked:", "log:", "log not:", "metric:")
_ESCAPE = re.compile(r"\\(r|n|t|0|\\|x[0-9a-f]{2})")
_OCTETS = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}
_NAME = re.compile(r"(?<![a-z])joe(?![a-z])")  # of the user in a story; others have their own here
PASSWORD = "secret"


def _placeholder(text):
    """The word and the argument of "<word argument>" at the start of the text, and its length."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "<") - (sign == ">")
        if depth == 0:
            word, _, argument = text[1:place].partition(" ")
            return word, argument, place + 1
    return "", "", 0


def pattern_of(text):
    """The text of a line as a regular expression over octets."""
    pattern = b""
    while text:
        escape = _ESCAPE.match(text)
        word, argument, length = _placeholder(text) if text[0] == "<" else ("", "", 0)
        if escape:
            code = escape[1]
            octet = bytes.fromhex(code[1:]) if code[0] == "x" else _OCTETS[code]
            pattern, length = pattern + re.escape(octet), escape.end()
        elif word == "repeat":
            times, _, once = argument.partition(" ")
            pattern += re.escape(octets_of(once) * int(times))
        elif word == "base64":
            pattern += re.escape(base64.b64encode(octets_of(argument)))
        elif word == "any":
            pattern += rb"[^\r]*"
        else:
            pattern, length = pattern + re.escape(text[0].encode("latin-1")), 1
        text = text[length:]
    return pattern


def octets_of(text):
    """The same for what is said, where nothing is left open."""
    return re.sub(rb"\\(.)", rb"\1", pattern_of(text), flags=re.DOTALL)


class Story:
    """A story that can be played here: its messages by UID, its steps, where it begins."""

    def __init__(self, path):
        self.name = path.stem
        self.messages, self.steps, self.logged_in, self.playable = {}, [], False, True
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                self._take(line)

    def _take(self, line):
        mark, text = line[:2], line[3:]
        message = re.fullmatch(r'message:\s+uid (\d+), "(.*)"', line)
        if mark in _MARKS:
            told = ("<closed>", "<reset>")
            said = text[:-2] if text.endswith("\\-") else text + ("" if text in told else "\\r\\n")
            if self.steps and self.steps[-1][0] == mark and text not in told:
                said = self.steps.pop()[1] + said
            self.steps.append((mark, said))
        elif message:
            self.messages[int(message[1])] = octets_of(message[2])
        elif line == "begin: logged in":
            self.logged_in = True
        elif line.strip() in _SIDES or line.startswith("mailbox after: INBOX "):
            self.steps.append((line.strip(), ""))
        elif not line.startswith((*_NOT_SEEN_HERE, "unsplit:")):
            self.playable = False


class StoriesAgainstDovecot(unittest.TestCase):
    """One test for all of them, a subtest each: starting the servers takes longer than playing."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Dovecot())
        settings = {"listener": {"pop3": {"cleartext_login": "always"}}}
        cls.gateway = cls.enterClassContext(Gateway(cls.server, settings=settings))

    def test_every_story_that_can_be_played_here(self):
        stories = [story for story in map(Story, sorted(_STORIES.glob("*.story")))
                   if story.playable]
        self.assertGreater(len(stories), 20)

        for story in stories:
            with self.subTest(story.name):
                self.play(story)

    def play(self, story):
        user = story.name[:60]
        self.server.add_user(user, PASSWORD)
        self.server.deliver(user, [story.messages[uid] for uid in sorted(story.messages)])
        maildrop = self.gateway.maildrop(user, PASSWORD)
        with RawPop3(maildrop.host, maildrop.port) as client:
            if story.logged_in:
                client.send(f"USER {user}\r\nPASS {PASSWORD}\r\n".encode())
                for _ in range(3):
                    self.assertTrue(client.read_line().startswith(b"+OK"))
            for step, text in story.steps:
                self.perform(client, story, user, step, _NAME.sub(user, text))

    def perform(self, client, story, user, step, text):
        if step == "C:":
            client.send(octets_of(text))
        elif text in ("<closed>", "<reset>"):
            self.assertEqual(client.read_to_end(), (b"", text.strip("<>")))
        elif step == "S:":
            pattern = pattern_of(text)
            heard = b"".join(client.read_line() for _ in range(pattern.count(b"\n")))
            self.assertTrue(re.fullmatch(pattern, heard), f"{heard[:300]!r} is not {text[:300]!r}")
        elif step == "eof client":
            client.half_close()
        elif step == "close client":
            client.close()
        elif step == "cut client":
            client.reset()
        elif step == "tls client":
            client.start_tls(self.gateway.maildrop(user, PASSWORD, "starttls").tls_context())
        else:
            self.look_at_mailbox(story, user, step.removeprefix("mailbox after: INBOX "))

    def look_at_mailbox(self, story, user, text):
        """Which messages are left; their flags are looked at elsewhere."""
        uids = [int(word.partition("(")[0]) for word in text.split() if word[0].isdigit()]
        wanted = [self.server.as_stored(story.messages[uid]) for uid in uids]
        self.assertEqual(list(self.server.read_back(user).values()), wanted)
