"""Copies of sent mail in the sender's own mailbox, by the real binary.

First before servers that are told what to do wrong: what a copy is, in which order things happen,
and that nothing which becomes of it changes what the client hears. Then the connection to the IMAP
server, and the gateway itself, are cut at octets drawn by lot. At last Postfix takes the mail, and
Dovecot, Cyrus and Courier the copies.
"""

import imaplib
import random
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.clients.senders.raw import open_service
from tests.integration.gateway import Gateway
from tests.integration.lab import letters, process
from tests.integration.lab.courier import Courier
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot
from tests.integration.lab.postfix import Postfix
from tests.integration.lab.process import wait_until
from tests.integration.lab.relay import UP, Relay
from tests.integration.lab.tls import Pki
from tests.integration.lab.upstream import expect_ok
from tests.integration.scripted_smtp import CUT, HOLD, ScriptedSmtp, refuse
from tests.integration.submission_case import (NEVER_OPENS, PASSWORD, TO, USER, SubmissionCase,
                                               relay_settings, service)
from tests.support.fault_imap import FaultImap

_SEED = 20_261_126
_SECONDS = 20
_PAUSE = "100ms"  # and four times that before the last try
LARGE = letters.letter("dots", TO, USER) + b".a line of some length: 0123456789\r\n" * 30_000
RESULTS = "postern_submission_copies_total"


def identified(number, body=b"hello\r\n"):
    """A message with a Message-ID of its own."""
    return letters.letter(f"copy-{number:>05}", TO, USER, body=body)


class CopyCase(SubmissionCase):
    submission = {"save_sent": "on", "save_sent_pause": _PAUSE}
    settings = {"upstream": {"imap": {"breaker": NEVER_OPENS, "command_timeout": "2s"}}}

    def setUp(self):
        super().setUp()
        self.imap.forget_rules()
        self.before = self.results()

    def results(self):
        """How many copies ended how."""
        return {labels["result"]: value for name, labels, value in self.gateway.metrics()
                if name == RESULTS and labels.get("upstream") == "imap"}

    def wait_result(self, result, count=1):
        """Returns once so many more copies have ended so, and none in another way."""
        wait_until(lambda: self.difference().get(result, 0) >= count, _SECONDS,
                   f"a copy that is {result}")
        self.assertEqual(self.difference(), {result: count})

    def difference(self):
        return {result: value - self.before.get(result, 0)
                for result, value in self.results().items() if value != self.before.get(result, 0)}

    def send(self, octets, smtp=None):
        self.assert_reply((smtp or self.open()).submit(USER, [TO], octets), "250")

    def sent_box(self):
        """The mailbox for sent mail; None while there is none."""
        return self.imap.store.accounts[USER].find("Sent")

    def copies_of(self, octets):
        box = self.sent_box()
        return [] if box is None else [message for message in box.messages
                                       if bytes(message.octets[:]) == octets]


class CopyTest(CopyCase):
    def test_S037_the_copy_is_what_was_sent_and_is_seen(self):
        smtp = self.open()
        bodies = [LARGE, *(letters.letter(name, TO, USER) for name in letters.NAMES)]
        for octets in bodies:
            self.send(octets, smtp)
        self.wait_result("saved", len(bodies))

        for octets in bodies:
            # The end of data is a line of its own: what has no last line end gets one.
            (copy,) = self.copies_of(octets if octets.endswith(b"\r\n") else octets + b"\r\n")
            self.assertEqual(copy.flags, {r"\Seen"})
            self.assertGreater(copy.internal_date.year, 2024)

    def test_S037_the_mailbox_is_asked_for_and_waited_for_by_nobody(self):
        self.server.on("dot", HOLD)
        self.imap.on("greeting", ["hold", "greeting"], times=None)
        connections = len(self.imap.sessions)
        smtp = self.open()
        self.in_data(smtp)
        smtp.send(identified(1) + b".\r\n")
        self.server.wait_held()
        self.assertEqual(len(self.imap.sessions), connections, "nothing is taken yet")

        self.server.release()
        self.assert_reply(smtp.reply(), "250")
        self.assertEqual(self.copies_of(identified(1)), [])
        self.imap.wait_held("greeting")
        self.assert_reply(smtp.ask("NOOP"), "250")
        self.assertEqual(self.imap.lines(r"APPEND .*", self.imap.sessions[-1].number), [])
        self.imap.release("greeting")
        self.wait_result("saved")

    def test_S037_a_client_that_goes_at_once_finds_its_copy(self):
        smtp = self.open()
        self.server.on("dot", HOLD)
        self.in_data(smtp)
        smtp.send(identified(2) + b".\r\n")
        self.server.wait_held()
        smtp.close()
        self.server.release()

        self.wait_result("saved")
        self.assertEqual(len(self.copies_of(identified(2))), 1)

    def test_S037_the_same_message_is_copied_once(self):
        for _ in range(2):
            self.send(identified(3))
            wait_until(self.difference, _SECONDS, "a copy")
        wait_until(lambda: len(self.difference()) == 2, _SECONDS, "the second")

        self.assertEqual(self.difference(), {"saved": 1, "present": 1})
        self.assertEqual(len(self.copies_of(identified(3))), 1)

    def test_S040_what_is_refused_or_lost_is_copied_nowhere(self):
        connections = len(self.imap.sessions)
        for number, fault in enumerate((refuse(b"550 5.7.1 no\r\n"), refuse(b"451 4.3.0 no\r\n"),
                                        CUT)):
            self.server.forget()
            self.server.on("dot", fault)
            answer = self.open().submit(USER, [TO], identified(10 + number))
            self.assertRegex(answer, rb"\A[45]")
        self.send(identified(20))  # whose copy comes behind all that there might be
        self.wait_result("saved")

        self.assertEqual(len(self.imap.sessions), connections + 1)
        for number in (10, 11, 12):
            self.assertEqual(self.copies_of(identified(number)), [])

    def test_S038_an_imap_server_that_is_down_changes_nothing(self):
        self.imap.refuse_connections()
        self.addCleanup(self.imap.listen_again)
        self.send(identified(30))
        self.wait_result("unavailable")

        self.gateway.wait_for_event("copy.failed", result="unavailable")

    def test_S038_refusals_are_counted_and_not_asked_again(self):
        for number, (step, words, result) in enumerate((
                ("APPEND", "NO [OVERQUOTA] full", "over_quota"),
                ("APPEND", "NO [TOOBIG] large", "refused"),
                ("APPEND", "BAD what", "refused"),
                ("CREATE|LIST", "NO no", "refused"),
                ("LOGIN|AUTHENTICATE", "NO [AUTHENTICATIONFAILED] no", "refused"))):
            with self.subTest(words):
                self.setUp()
                if step.startswith("CREATE"):
                    self.imap.store.accounts[USER].mailboxes.pop("Sent", None)
                rule = self.imap.on(step, ["refuse", words], times=None)
                smtp = self.open()
                self.send(identified(40 + number), smtp)
                self.wait_result(result)
                self.assert_reply(smtp.ask("NOOP"), "250")
                # One try: a mailbox that cannot be made is looked for before and behind.
                self.assertLessEqual(rule.matched, 3 if step.startswith("CREATE") else 2)
                self.assertEqual(self.copies_of(identified(40 + number)), [])

    def test_S038_what_is_not_now_is_tried_again(self):
        self.imap.on("APPEND", ["refuse", "NO [UNAVAILABLE] later"], times=2)
        self.send(identified(50))
        self.wait_result("saved")

        self.assertEqual(len(self.copies_of(identified(50))), 1)

    def test_S038_a_full_spool_costs_only_the_copy(self):
        self.assertTrue(self.gateway.reload({"submission": {"spool_max": "1MiB"}}))
        self.addCleanup(self.gateway.reload, {"submission": {"spool_max": "1GiB"}})
        self.send(identified(60, b"x" * 70 + b"\r\n" + LARGE * 2))
        self.wait_result("not_spooled")

        self.gateway.wait_for_event("copy.failed", result="not_spooled")
        self.send(identified(61))
        wait_until(lambda: self.copies_of(identified(61)), _SECONDS, "the next copy")

    def test_S039_the_answer_to_the_last_octet_is_lost(self):
        self.imap.on("APPEND", "no_tagged", "close")
        self.send(identified(70))
        self.wait_result("saved")

        self.assertEqual(len(self.copies_of(identified(70))), 1)

    def test_S039_without_message_id_there_is_one_try(self):
        octets = b"Subject: none\r\n\r\nhello\r\n"
        self.imap.on("APPEND", "no_tagged", "close", times=None)
        self.send(octets)
        self.wait_result("unknown")

        self.assertEqual(len(self.copies_of(octets)), 1)

    def test_S046_no_line_of_the_log_holds_mail(self):
        self.send(identified(80, b"planted-in-a-copy\r\n"))
        self.wait_result("saved")

        log = self.gateway.whole_log()
        self.assertNotIn("planted-in-a-copy", log)
        self.assertNotIn(PASSWORD, log)


class OffTest(SubmissionCase):
    def test_S037_nobody_who_does_not_want_copies_gets_any(self):
        self.assert_sound()

        self.assertEqual(self.imap.sessions, [])


class DrainTest(CopyCase):
    def test_S037_a_copy_under_way_is_finished_at_shutdown(self):
        self.imap.on("APPEND", ["hold", "append"])
        self.send(identified(90))
        self.imap.wait_held("append")
        self.gateway.terminate()
        self.gateway.wait_for_event("process.stopping")
        self.imap.release("append")

        self.assertEqual(self.gateway.wait_ended(), 0)
        self.assertEqual(len(self.copies_of(identified(90))), 1)


class CutCase(unittest.TestCase):
    """A relay before the IMAP server stops after so many octets to it."""

    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("sent-pki")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = Pki(folder / "tls")
        cls.smtp = cls.enterClassContext(ScriptedSmtp())
        cls.imap = cls.enterClassContext(FaultImap())
        cls.imap.add_user(USER, PASSWORD)
        cls.relay = cls.enterClassContext(Relay(cls.imap.clear_port))
        settings = relay_settings(cls.smtp.port, submission={
            "save_sent": "on", "save_sent_pause": "50ms"})
        settings["upstream"]["imap"] = {"breaker": NEVER_OPENS, "command_timeout": "2s"}
        settings["server"] = {"workers": 1}
        cls.gateway = cls.enterClassContext(Gateway(cls.relay, pki=cls.pki, settings=settings))

    def submit(self, octets):
        with open_service(service(self.gateway, self.pki)) as smtp:
            self.assertRegex(smtp.submit(USER, [TO], octets), rb"\A250 ")

    def ended(self):
        return self.gateway.metric(RESULTS, upstream="imap")

    def copies(self):
        """Subject to how often it is there."""
        box = self.imap.store.accounts[USER].find("Sent")
        counts = {}
        for message in [] if box is None else box.messages:
            subject = letters.subject(bytes(message.octets[:]))
            counts[subject] = counts.get(subject, 0) + 1
        return counts

    def length(self):
        """How many octets a sound copy takes, into a mailbox that is there."""
        for number in (99_998, 99_999):
            before = self.ended()
            self.relay.allow()
            self.submit(identified(number))
            wait_until(lambda: self.ended() > before, _SECONDS, "the copy")
        return self.relay.passed[UP]


class LinkCutTest(CutCase):
    def test_S039_wherever_the_link_is_cut_there_is_one_copy(self):
        lot, length = random.Random(_SEED), self.length()
        for number in range(60):
            octets = lot.randrange(1, length)
            with self.subTest(number=number, octets=octets):
                before = self.ended()
                self.relay.allow(**{UP: octets})
                self.submit(identified(number))
                self.assertTrue(self.relay.stopped.wait(_SECONDS))
                self.relay.renew()
                wait_until(lambda: self.ended() > before, _SECONDS, "the end of the copy")

                self.assertEqual(self.copies()[f"copy-{number:>05}"], 1)
        self.assertEqual(self.gateway.metric(RESULTS, result="saved"), 62)


class GatewayKillTest(CutCase):
    def test_S039_a_gateway_that_is_killed_leaves_one_copy_at_most(self):
        lot, length = random.Random(_SEED), self.length()
        found = set()
        for number in range(25):
            octets = lot.randrange(length // 2, length + 1)
            with self.subTest(number=number, octets=octets):
                self.relay.allow(**{UP: octets})
                self.submit(identified(number))
                self.assertTrue(self.relay.stopped.wait(_SECONDS))
                self.gateway.kill()
                self.relay.renew()
                self.imap.wait_closed()
                self.gateway.start()

                count = self.copies().get(f"copy-{number:>05}", 0)
                self.assertLessEqual(count, 1)
                found.add(count)
        self.assertIn(0, found)
        self.assertEqual(list((self.gateway.folder / "state").glob("spool*")), [])


class RealCase:
    """Postfix sends, with Dovecot for its logins; `home` is where the copies go."""

    server = Dovecot

    @classmethod
    def setUpClass(cls):
        cls.dovecot = cls.enterClassContext(Dovecot(settings=Postfix.DOVECOT_SETTINGS))
        cls.home = cls.dovecot
        if cls.server is not Dovecot:
            cls.home = cls.enterClassContext(cls.server())
        for each in {cls.dovecot, cls.home}:
            each.add_user(USER, PASSWORD)
        cls.postfix = cls.enterClassContext(Postfix(cls.dovecot))
        # Servers that take few connections from one address may refuse the first try.
        settings = relay_settings(cls.postfix.port, "starttls", cls.dovecot.pki.ca_file,
                                  submission={"save_sent": "on", "save_sent_pause": "1s"})
        cls.gateway = cls.enterClassContext(
            Gateway(cls.home, pki=cls.dovecot.pki, settings=settings))

    @classmethod
    def tearDownClass(cls):
        assert cls.gateway.stop() == 0, cls.gateway.log()[-2000:]

    def in_sent(self):
        """(flags, octets) of all messages of the one mailbox for sent mail."""
        with self.home.imap(USER, mailbox=None) as connection:
            lines = expect_ok(connection.list())
            boxes = [line.decode().rpartition(" ")[2].strip('"') for line in lines
                     if re.search(rb'[". ]Sent"?\Z', line)]
            self.assertLessEqual(len(boxes), 1, lines)
            if not boxes:
                return []
            expect_ok(connection.select(f'"{boxes[0]}"'))
            parts = expect_ok(connection.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])"))
            return [(imaplib.ParseFlags(part[0]), part[1])
                    for part in parts if isinstance(part, tuple)]

    def saved(self):
        return self.gateway.metric(RESULTS, result="saved")

    def test_S037_each_message_is_in_sent_once_and_seen(self):
        bodies = [letters.letter(name, USER) for name in letters.NAMES]
        bodies.append(identified(1, LARGE))
        with open_service(service(self.gateway, self.dovecot.pki)) as smtp:
            for octets in bodies:
                self.assertRegex(smtp.submit(USER, [USER], octets), rb"\A250 ")
            refused = letters.letter(Postfix.REFUSED_SUBJECT, USER, body=b"x\r\n")
            self.assertRegex(smtp.submit(USER, [USER], refused), rb"\A550 ")
        try:
            wait_until(lambda: self.saved() == len(bodies), 60, "the copies")
        except TimeoutError as late:
            ends = [line for line in self.gateway.log().splitlines() if "copy." in line]
            self.fail(f"{late}: {self.saved()} of {len(bodies)}\n" + "\n".join(ends))

        found = self.in_sent()
        self.assertEqual({tuple(sorted(set(flags) - {rb"\Recent"})) for flags, _ in found},
                         {(rb"\Seen",)})
        expected = sorted(octets if octets.endswith(b"\r\n") else octets + b"\r\n"
                          for octets in bodies)
        self.assertEqual(sorted(octets for _, octets in found), expected)


class DovecotTest(RealCase, unittest.TestCase):
    pass


class CyrusTest(RealCase, unittest.TestCase):
    server = Cyrus


class CourierTest(RealCase, unittest.TestCase):
    server = Courier


if __name__ == "__main__":
    unittest.main()
