"""The fault server without faults: a correct IMAP server, seen by imaplib and by raw sockets.

What the gateway is tested against has to be right first: every command that a gateway uses, in the
form that RFC 3501 and its extensions give it.
"""

import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fault_case import SHORT, USER, FaultImapCase
from tests.integration.lab import mail
from tests.integration.lab.upstream import expect_ok, fetch_bodies


class MailboxTest(FaultImapCase):
    def test_hands_out_hostile_mail_unchanged(self):
        for octets in mail.HOSTILE.values():
            self.inbox.add(octets)

        shown = fetch_bodies(self.log_in(), "1:*")

        self.assertEqual(list(shown.values()), list(mail.HOSTILE.values()))

    def test_opening_tells_what_a_client_needs(self):
        self.inbox.add(SHORT, uid=7)

        opened = self.ask("e EXAMINE INBOX")

        for line in ("* 1 EXISTS", "* OK [UIDVALIDITY 1700000000]", "* OK [UIDNEXT 8]",
                     "* OK [HIGHESTMODSEQ 2]", "s OK [READ-WRITE]", "e OK [READ-ONLY]"):
            self.assertIn(line, opened)

    def test_fetches_every_item_that_gateways_use(self):
        self.inbox.add(SHORT, uid=7, told_size=99)
        items = (
            ("RFC822.SIZE", "RFC822.SIZE 99"), ("FLAGS", "FLAGS ()"),
            ("INTERNALDATE", 'INTERNALDATE "01-Jan-2024 00:00:00 +0000"'),
            ("BODY.PEEK[]", "BODY[] {37}\r\nSubject: short\r\nX-UIDL: abc\r\n\r\nbody\r\n)"),
            ("BODY.PEEK[]<3.5>", "BODY[]<3> {5}\r\nject:)"),
            ("BODY.PEEK[]<33.99>", "BODY[]<33> {4}\r\ndy\r\n)"),
            ("BODY.PEEK[]<99.5>", "BODY[]<99> {0}\r\n)"),
            ("BODY.PEEK[HEADER]", "BODY[HEADER] {31}\r\nSubject: short\r\nX-UIDL: abc\r\n\r\n)"),
            ("BODY.PEEK[TEXT]", "BODY[TEXT] {6}\r\nbody\r\n)"),
            ("BODY.PEEK[HEADER.FIELDS (X-UIDL)]",
             "BODY[HEADER.FIELDS (X-UIDL)] {15}\r\nX-UIDL: abc\r\n\r\n)"),
            ("RFC822", "RFC822 {37}\r\nSubject"), ("EMAILID", "EMAILID (E00000007)"),
        )
        for item, expected in items:
            with self.subTest(item):
                said = self.ask(f"f UID FETCH 7 ({item})")
                self.assertIn(f"* 1 FETCH (UID 7 {expected}", said)
                self.assertIn("\r\nf OK", said)

    def test_only_body_without_peek_marks_as_seen(self):
        self.inbox.add(SHORT)
        self.ask("f UID FETCH 1 BODY.PEEK[]")
        peeked = self.inbox.flagged(r"\Seen")
        self.ask("f UID FETCH 1 BODY[]")

        self.assertEqual((peeked, self.inbox.flagged(r"\Seen")), ([], [1]))

    def test_a_uid_set_may_name_what_is_not_there_a_number_may_not(self):
        self.inbox.add(SHORT, uid=5)

        said = self.ask("a UID FETCH 1:3,900 (UID)", "b UID FETCH 900:* (UID)", "c FETCH 2 (UID)")

        self.assertIn("a OK", said)
        self.assertIn("* 1 FETCH (UID 5)\r\nb OK", said, "n:* is at least the last message")
        self.assertIn("c BAD", said)

    def test_searches(self):
        for _ in range(5):
            self.inbox.add(SHORT)
        self.inbox.find(2).flags.add(r"\Deleted")
        searches = (
            ("ALL", "1 2 3 4 5"), ("DELETED", "2"), ("NOT DELETED", "1 3 4 5"),
            ("UNDELETED UID 1:3", "1 3"), ("OR UID 1 UID 5", "1 5"), ("(UID 2 DELETED)", "2"),
            ('HEADER X-UIDL "ABC" UID 4', "4"), ("UNKEYWORD x 5", "5"),
        )
        for keys, found in searches:
            with self.subTest(keys):
                self.assertIn(f"* SEARCH {found}\r\na OK", self.ask(f"a UID SEARCH {keys}"))

    def test_searches_with_return(self):
        for uid in (1, 2, 3, 7, 9):
            self.inbox.add(SHORT, uid=uid)

        said = self.ask("a UID SEARCH RETURN (ALL COUNT MIN MAX) ALL", "b SEARCH RETURN () UID 9",
                        "c UID SEARCH RETURN (COUNT) UID 100")

        self.assertIn('* ESEARCH (TAG "a") UID ALL 1:3,7,9 COUNT 5 MIN 1 MAX 9\r\n', said)
        self.assertIn('* ESEARCH (TAG "b") ALL 5\r\n', said)
        self.assertIn('* ESEARCH (TAG "c") UID COUNT 0\r\n', said)

    def test_a_range_of_esearch_may_span_holes(self):
        self.server.settings.esearch_spans_holes = True
        for uid in (1, 2, 5, 9, 12):
            self.inbox.add(SHORT, uid=uid)

        self.assertIn("ALL 1:5,12\r\n", self.ask("a UID SEARCH RETURN (ALL) NOT UID 9"))

    def test_stores_flags(self):
        self.inbox.add(SHORT)
        self.inbox.add(SHORT)

        said = self.ask(r"a UID STORE 1 +FLAGS (\seen Key)", r"b UID STORE 2 +FLAGS.SILENT (\Seen)",
                        r"c UID STORE 1 -FLAGS.SILENT (\Seen)", r"d UID STORE 9 FLAGS (\Seen)")

        self.assertIn(r"* 1 FETCH (UID 1 FLAGS (Key \Seen))", said)
        self.assertNotIn("* 2 FETCH", said)
        self.assertIn("d OK", said)
        self.assertEqual(self.inbox.find(1).flags, {"Key"})
        self.assertEqual(self.inbox.flagged(r"\Seen"), [2])

    def test_uid_expunge_takes_only_what_is_named_and_deleted(self):
        for _ in range(4):
            self.inbox.add(SHORT, flags=[r"\Deleted"])
        self.inbox.find(3).flags.clear()

        said = self.ask("a UID EXPUNGE 2:3")

        self.assertIn("* 2 EXPUNGE\r\na OK", said)
        self.assertEqual(self.inbox.uids(), [1, 3, 4])

    def test_examine_changes_nothing(self):
        self.inbox.add(SHORT, flags=[r"\Deleted"])

        said = self.ask("e EXAMINE INBOX", r"a UID STORE 1 +FLAGS (\Seen)", "b EXPUNGE", "c CLOSE")

        self.assertIn("a NO", said)
        self.assertIn("b NO", said)
        self.assertEqual(self.inbox.uids(), [1])

    def test_copies_and_moves(self):
        account = self.server.store.accounts[USER]
        trash = account.create("Trash", special_use=r"\Trash")
        self.inbox.add(SHORT)
        self.inbox.add(SHORT + b"2")

        said = self.ask("a UID COPY 1 Trash", "b UID MOVE 2 Trash", "c UID COPY 1 Nowhere",
                        "d CREATE Nowhere", "e UID COPY 1 Nowhere")

        self.assertIn(f"a OK [COPYUID {trash.uid_validity} 1 1]", said)
        self.assertIn(f"* OK [COPYUID {trash.uid_validity} 2 2]", said)
        self.assertIn("* 2 EXPUNGE\r\nb OK", said)
        self.assertIn("c NO [TRYCREATE]", said)
        self.assertIn("e OK", said)
        self.assertEqual(list(trash.bodies().values()), [SHORT, SHORT + b"2"])
        self.assertEqual(self.inbox.uids(), [1])

    def test_appends(self):
        said = self.ask(rf"a APPEND INBOX (\Seen) {{{len(SHORT)}+}}" + "\r\n" + SHORT.decode())

        self.assertIn("a OK [APPENDUID 1700000000 1]", said)
        self.assertEqual(self.inbox.bodies(), {1: SHORT})
        self.assertEqual(self.inbox.flagged(r"\Seen"), [1])

    def test_lists_mailboxes_with_their_use(self):
        self.server.store.accounts[USER].create("Bin", special_use=r"\Trash")

        said = self.ask('a LIST "" "*"', 'b LIST (SPECIAL-USE) "" "*"', 'c LIST "" ""',
                        "d NAMESPACE", "e STATUS INBOX (MESSAGES UIDNEXT)")

        self.assertIn(r'* LIST (\HasNoChildren \Trash) "/" "Bin"', said)
        self.assertEqual(said.count('"INBOX"'), 2, "LIST of all, and STATUS")
        self.assertIn(r'* LIST (\Noselect) "/" ""', said)
        self.assertIn('* NAMESPACE (("" "/")) NIL NIL', said)
        self.assertIn('* STATUS "INBOX" (MESSAGES 0 UIDNEXT 1)', said)


class RecordTest(FaultImapCase):
    def test_keeps_every_command_with_its_state(self):
        self.ask("a NOOP", "b UID FETCH 1 (UID)")

        kept = [(seen.tag, seen.line, seen.state) for seen in self.server.commands]
        self.assertEqual(kept, [
            ("l", rf'LOGIN {USER} "se\"cr\\et"', "not authenticated"),
            ("s", "SELECT INBOX", "authenticated"), ("a", "NOOP", "selected"),
            ("b", "UID FETCH 1 (UID)", "selected"), ("z", "LOGOUT", "selected")])

    def test_knows_what_came_in_one_write(self):
        with socket.create_connection((self.server.host, self.server.clear_port), 10) as raw:
            lines = raw.makefile("rb")
            lines.readline()
            for commands in (b"a NOOP\r\nb NOOP\r\n", b"c NOOP\r\n"):
                raw.sendall(commands)
                for _ in range(commands.count(b"\n")):
                    lines.readline()

        arrivals = [seen.arrival for seen in self.server.commands]
        self.assertEqual(arrivals, [1, 1, 2])

    def test_counts_what_it_sent(self):
        said = self.ask("a NOOP")
        self.server.wait_closed()

        self.assertEqual(self.server.octets_sent(), len(said))


class OtherConnectionsTest(FaultImapCase):
    def setUp(self):
        super().setUp()
        for _ in range(4):
            self.inbox.add(SHORT)

    def test_expunges_are_told_when_numbers_may_change(self):
        connection = self.log_in()
        self.inbox.expunge([1, 3])
        self.inbox.add(SHORT)

        connection.fetch("4", "(UID)")
        during = dict(connection.untagged_responses)
        connection.noop()

        self.assertNotIn("EXPUNGE", during)
        self.assertEqual(during["EXISTS"], [b"4", b"5"])
        self.assertEqual(connection.untagged_responses["EXPUNGE"], [b"3", b"1"])

    def test_a_body_expunged_elsewhere_is_what_the_settings_say(self):
        modes = {"missing": {}, "nil": {1: None}, "empty": {1: b""}, "served": {1: SHORT}}
        for mode, expected in modes.items():
            with self.subTest(mode):
                self.server.settings.expunged_body = mode
                connection = self.log_in()
                uid = self.inbox.uids()[0]
                self.inbox.expunge([uid])

                found = fetch_bodies(connection, str(uid))

                self.assertEqual(list(found.values()), list(expected.values()))

    def test_tells_a_new_uidvalidity(self):
        connection = self.log_in()

        self.inbox.renumber(42)
        connection.noop()

        self.assertEqual(connection.response("UIDVALIDITY")[1][-1], b"42")

    def test_resynchronizes(self):
        self.inbox.expunge([2])
        known = self.inbox.highest_modseq
        self.inbox.expunge([3])
        self.inbox.set_flags(self.inbox.find(4), {r"\Seen"})

        said = self.talk(f'l LOGIN {USER} "se\\"cr\\\\et"', "e ENABLE QRESYNC",
                         f"s EXAMINE INBOX (QRESYNC (1700000000 {known} 1:4))",
                         f"f UID FETCH 1:* (UID) (CHANGEDSINCE {known} VANISHED)")

        self.assertEqual(said.count("* VANISHED (EARLIER) 3\r\n"), 2)
        self.assertIn("* ENABLED QRESYNC", said)
        self.assertIn("* 2 FETCH (UID 4 FLAGS (\\Seen) MODSEQ", said)
        self.assertNotIn("UID 1 ", said)

    def test_says_vanished_to_who_enabled_it(self):
        connection = self.log_in(mailbox=None)
        expect_ok(connection.enable("QRESYNC"))
        connection.select()
        self.inbox.expunge([1, 2])

        connection.noop()

        self.assertEqual(connection.response("VANISHED")[1], [b"1:2"])


class OldServerTest(FaultImapCase):
    settings = {"capabilities": (), "uid_next_told": False, "told_in_greeting": False,
                "told_at_login": False}

    def test_refuses_what_needs_an_extension(self):
        self.inbox.add(SHORT)
        for line in ("UID EXPUNGE 1", "UID MOVE 1 INBOX", "UID SEARCH RETURN (ALL) ALL", "ID NIL",
                     "ENABLE QRESYNC", "SELECT INBOX (CONDSTORE)", "NAMESPACE", "UNSELECT",
                     'LIST (SPECIAL-USE) "" "*"'):
            with self.subTest(line):
                self.assertIn("\r\na BAD", self.ask(f"a {line}"))

    def test_reads_a_literal_sent_unasked_as_commands(self):
        said = self.talk("a LOGIN {6+}", "x NOOP")

        self.assertIn("a BAD literal sent without being asked for\r\nx OK", said)

    def test_refuses_an_initial_response(self):
        self.assertIn("a BAD", self.talk("a AUTHENTICATE PLAIN AGEAYg=="))

    def test_tells_neither_capabilities_nor_uidnext(self):
        said = self.ask()

        self.assertNotIn("CAPABILITY", said)
        self.assertNotIn("UIDNEXT", said)
        self.assertNotIn("HIGHESTMODSEQ", said)

    def test_may_invent_a_uidvalidity_at_each_examine_until_the_first_select(self):
        self.server.settings.validity_of_examine = False
        told = []
        for read_only in (True, True, False, True):
            connection = self.log_in(read_only=read_only)
            told.append(connection.response("UIDVALIDITY")[1][0])

        self.assertEqual(len(set(told[:2])), 2)
        self.assertEqual(len(set(told[1:])), 1)


class NewServerTest(FaultImapCase):
    settings = {"revision": "IMAP4rev2", "capabilities": ()}

    def test_answers_every_search_with_esearch(self):
        self.inbox.add(SHORT)

        said = self.ask("a UID SEARCH ALL", "b UID EXPUNGE 1", "c ENABLE IMAP4rev2")

        self.assertIn('* ESEARCH (TAG "a") UID ALL 1\r\na OK', said)
        self.assertNotIn("RECENT", said)
        self.assertIn("b OK", said)


class HostileClientTest(FaultImapCase):
    def test_answers_nonsense_with_bad_and_goes_on(self):
        for line in ("", "a", "a )", 'a LOGIN "x', "a LOGIN", "a FETCH 1 x", "a UID",
                     "a LOGIN (a) b", "a UID STORE 1 FLAGS", "a STORE 1 ENVELOPE x",
                     "a SEARCH", "a SEARCH RETURN x", "a FETCH 1:x UID", "a FETCH 0 UID",
                     "a UID FETCH 1 (BODY.PEEK[9])",
                     "a SEARCH OR", "a STATUS INBOX (X)", "a SELECT INBOX (QRESYNC (1 1))",
                     "a APPEND INBOX x", "a UID FETCH 1 UID (X 1)", "a LOGIN x y z"):
            with self.subTest(line):
                said = self.ask(line, "b NOOP")
                self.assertIn(" BAD ", said)
                self.assertIn("b OK", said)


if __name__ == "__main__":
    unittest.main()
