"""The strict front: what it hides is not there, neither in words nor in deeds.

For each extension a command that needs it is refused, and the same work without it is done.
"""

import imaplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.lab import mail
from tests.integration.lab.legacy_front import LegacyFront
from tests.integration.lab.upstream import expect_ok
from tests.integration.upstream_contract import PASSWORD, USER, UpstreamContract

# An extension, a command that needs it, and the same work done without it.
_NEEDY = (
    ("UIDPLUS", ("UID", "EXPUNGE", "1"), ("EXPUNGE",)),
    ("MOVE", ("UID", "MOVE", "1", "Trash"), ("UID", "COPY", "1", "Trash")),
    ("ESEARCH", ("UID", "SEARCH", "RETURN", "(ALL)", "ALL"), ("UID", "SEARCH", "ALL")),
    ("ID", ("ID", "NIL"), ("NOOP",)),
    ("UNSELECT", ("UNSELECT",), ("CLOSE",)),
    ("ENABLE", ("ENABLE", "CONDSTORE"), ("NOOP",)),
    ("NAMESPACE", ("NAMESPACE",), ("LIST", '""', '""')),
    ("CONDSTORE", ("SELECT", "INBOX", "(CONDSTORE)"), ("SELECT", "INBOX")),
    ("CONDSTORE", ("UID", "FETCH", "1:*", "(FLAGS)", "(CHANGEDSINCE 1)"),
     ("UID", "FETCH", "1:*", "(FLAGS)")),
    ("QRESYNC", ("SELECT", "INBOX", "(QRESYNC (1 1))"), ("SELECT", "INBOX")),
    ("SPECIAL-USE", ("LIST", "(SPECIAL-USE)", '""', "*"), ("LIST", '""', "*")),
)


class LegacyFrontTest(UpstreamContract, unittest.TestCase):
    """With everything taken away."""

    make_server = LegacyFront

    def test_advertises_nothing_but_the_revision_and_the_way_in(self):
        self.assertEqual(self.server.capabilities(),
                         {"IMAP4rev1", "STARTTLS", "AUTH=PLAIN", "AUTH=LOGIN"})
        self.assertEqual(self.server.capabilities(tls_mode="starttls"),
                         {"IMAP4rev1", "AUTH=PLAIN", "AUTH=LOGIN"})
        self.assertEqual(self.server.capabilities(USER), {"IMAP4rev1"})

    def test_refuses_what_needs_an_extension_and_does_what_does_not(self):
        user = self.fresh_user(*(mail.ordinary(number) for number in range(1, 4)))
        for extension, needy, plain in _NEEDY:
            with self.subTest(extension), self.server.imap(user) as connection:
                refused = _send(connection, *needy)
                self.assertTrue(refused.startswith(b"BAD"), refused)
                self.assertIn(extension.encode(), refused)
                self.assertTrue(_send(connection, *plain).startswith(b"OK"))

    def test_reads_a_literal_sent_unasked_as_commands(self):
        connection = self.server.connect()
        self.addCleanup(connection.shutdown)

        connection.send(b"a1 LOGIN {%d+}\r\nx NOOP\r\n" % len(b"x NOOP"))

        self.assertTrue(connection.readline().startswith(b"a1 BAD"))
        self.assertTrue(connection.readline().startswith(b"x OK"))

    def test_refuses_an_initial_response(self):
        connection = self.server.connect()
        self.addCleanup(connection.shutdown)

        connection.send(b"a1 AUTHENTICATE PLAIN AGEAYg==\r\n")

        self.assertTrue(connection.readline().startswith(b"a1 BAD"))

    def test_takes_literals_that_were_asked_for(self):
        connection = self.server.connect()
        self.addCleanup(connection.shutdown)

        connection.send(b"a1 LOGIN {%d}\r\n" % len(USER))
        self.assertTrue(connection.readline().startswith(b"+"))
        connection.send(USER.encode() + b" {%d}\r\n" % len(PASSWORD))
        self.assertTrue(connection.readline().startswith(b"+"))
        connection.send(PASSWORD.encode() + b"\r\n")

        self.assertTrue(_until_tagged(connection, b"a1 ")[-1].startswith(b"a1 OK"))

    def test_takes_authentication_in_two_steps(self):
        connection = self.server.connect()
        self.addCleanup(connection.logout)

        answer = connection.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())

        self.assertEqual(answer[0], "OK")

    def test_sends_no_response_code_of_a_missing_extension(self):
        with self.server.imap(USER, mailbox=None) as connection:
            connection.send(b"a1 SELECT INBOX\r\n")
            lines = _until_tagged(connection, b"a1 ")
            connection.send(b"a2 APPEND Trash {4}\r\n")
            connection.readline()
            connection.send(b"x\r\n\r\n\r\n")
            lines += _until_tagged(connection, b"a2 ")

        self.assertTrue(lines[-1].startswith(b"a2 OK"), lines)
        self.assertFalse([line for line in lines if b"HIGHESTMODSEQ" in line or b"UID " in line])

    def test_lists_no_special_use(self):
        with self.server.imap(USER, mailbox=None) as connection:
            listed = b" ".join(expect_ok(connection.list()))

        self.assertIn(b"Trash", listed)
        self.assertNotIn(rb"\Trash", listed)


class LegacyFrontSubsetTest(unittest.TestCase):
    def test_leaves_alone_what_was_not_taken_away(self):
        with LegacyFront(without=["UIDPLUS"], hidden_codes=["UIDNEXT"]) as server:
            server.add_user(USER, PASSWORD)
            server.deliver(USER, [mail.ordinary(1)])
            offered = server.capabilities(USER)
            with server.imap(USER) as connection:
                told = connection.response("UIDNEXT")[1]
                answers = [_send(connection, *needy)[:2] for extension, needy, _ in _NEEDY
                           if extension in ("MOVE", "ESEARCH", "NAMESPACE")]

        self.assertNotIn("UIDPLUS", offered)
        self.assertLessEqual({"MOVE", "ESEARCH", "QRESYNC", "LITERAL+"}, offered)
        self.assertEqual(answers, [b"OK"] * 3)
        self.assertEqual(told, [None])

    def test_qresync_goes_with_condstore(self):
        with LegacyFront(without=["CONDSTORE"]) as server:
            server.add_user(USER, PASSWORD)
            offered = server.capabilities(USER)
            with server.imap(USER, mailbox=None) as connection:
                enabled = _send(connection, "ENABLE", "QRESYNC")

        self.assertFalse(offered & {"CONDSTORE", "QRESYNC"})
        self.assertTrue(enabled.startswith(b"OK"), "ENABLE of the unknown is no error")


def _send(connection, *words):
    """The status and text of the tagged answer."""
    tag = connection._new_tag()
    connection.send(tag + b" " + " ".join(words).encode() + b"\r\n")
    return _until_tagged(connection, tag + b" ")[-1].partition(b" ")[2]


def _until_tagged(connection, tag):
    lines = [connection.readline()]
    while not lines[-1].startswith(tag):
        if not lines[-1]:
            raise imaplib.IMAP4.abort(f"closed: {lines}")
        lines.append(connection.readline())
    return lines


if __name__ == "__main__":
    unittest.main()
