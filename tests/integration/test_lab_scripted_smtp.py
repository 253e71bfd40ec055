"""The scripted submission server, asked by a raw client: what it takes, and how it fails."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import scripted_smtp
from tests.integration.clients.raw_smtp import stuffed
from tests.integration.clients.senders import Service
from tests.integration.clients.senders.raw import greeted, open_service
from tests.integration.lab import letters, process
from tests.integration.lab.ports import free_port
from tests.integration.lab.tls import Pki
from tests.integration.scripted_smtp import (CUT, GARBAGE, HOLD, LEAVES, RESET, STALL,
                                             ScriptedSmtp, refuse)

USER, PASSWORD = "joe@example.test", "secret"
MAIL = letters.letter("dots", USER)


class ScriptedSmtpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = process.work_folder("scripted-smtp")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = Pki(folder / "tls")

    def setUp(self):
        self.server = self.enterContext(ScriptedSmtp(self.pki))

    def service(self, mode="clear", port=None):
        return Service("localhost", port or self.server.port, USER, PASSWORD, mode,
                       self.pki.ca_file)

    def open(self, mode="clear", **options):
        smtp = open_service(self.service(mode), **options)
        self.addCleanup(smtp.close)
        return smtp

    def test_takes_mail_and_remembers_what_it_saw(self):
        for mode, mechanism in (("clear", "PLAIN"), ("starttls", "LOGIN")):
            with self.subTest(mode):
                self.server.forget()
                with self.open(mode, mechanism=mechanism) as smtp:
                    self.assertTrue(smtp.submit(USER, [USER, "b@x.test"], MAIL).startswith(b"250"))
                    smtp.ask("QUIT")
                self.server.wait_all_ended()
                (message,), (dialogue,) = self.server.taken(), self.server.dialogues
                self.assertEqual(message.octets(), MAIL)
                self.assertEqual(len(message.recipients), 2)
                self.assertEqual(dialogue.logins, [(USER, PASSWORD)])
                self.assertIn(message.wire + b".\r\n", dialogue.octets())
                self.assertEqual(dialogue.verbs()[-5:], ["MAIL", "RCPT", "RCPT", "DATA", "QUIT"])

    def test_speaks_tls_from_the_start_if_told_to(self):
        server = self.enterContext(ScriptedSmtp(self.pki, implicit=True))
        with open_service(self.service("implicit", server.port)) as smtp:
            self.assertNotIn(b"STARTTLS", smtp.offer)
            self.assertTrue(smtp.submit(USER, [USER], MAIL).startswith(b"250"))
        self.assertFalse(server.dialogues[0].clear)

    def test_ends_data_at_nothing_else(self):
        tricks = b"Subject: x\r\n\r\n\n.\nMAIL\n.\r\nRCPT\r\n.\nDATA\r.\r\nQUIT\r\n.\rend\r\n"
        with self.open() as smtp:
            smtp.envelope(USER, USER)
            smtp.ask("DATA")
            smtp.send_by_octets(tricks + b".\r\n")
            self.assertTrue(smtp.reply().startswith(b"250"))
            self.assertTrue(smtp.ask("NOOP").startswith(b"250"))
        self.assertEqual(self.server.taken()[0].wire, tricks)

    def test_fails_at_every_step_as_told(self):
        steps = ("MAIL", "RCPT", "DATA", "dot", "RSET")
        for step in steps:
            for fault, expected in ((CUT, b""), (LEAVES, LEAVES.says), (GARBAGE, GARBAGE.says),
                                    (refuse(b"550 no\r\n"), b"550 no\r\n")):
                with self.subTest(step=step, fault=fault):
                    self.server.forget()
                    self.server.on(step, fault)
                    with self.open() as smtp:
                        heard = {"RSET": smtp.ask("RSET")}
                        if step != "RSET":
                            heard["MAIL"] = smtp.ask(f"MAIL FROM:<{USER}>")
                        if step in ("RCPT", "DATA", "dot"):
                            heard["RCPT"] = smtp.ask(f"RCPT TO:<{USER}>")
                        if step in ("DATA", "dot"):
                            heard["DATA"] = smtp.ask("DATA")
                        if step == "dot":
                            smtp.send(b"Subject: x\r\n\r\n.\r\n")
                            heard["dot"] = smtp.reply()
                        self.assertEqual(heard[step], expected)
                    self.assertEqual(self.server.taken(), [])

    def test_fails_before_the_login_as_told(self):
        for step in ("greeting", "EHLO", "AUTH"):
            for fault in (CUT, RESET, LEAVES, GARBAGE):
                with self.subTest(step=step, fault=fault):
                    self.server.forget()
                    self.server.on(step, fault)
                    with self.assertRaises((PermissionError, ConnectionResetError)):
                        self.open()

    def test_fails_in_the_middle_of_data_and_answers_early(self):
        self.server.on("data", CUT, after=40)
        with self.open() as smtp:
            self.assertEqual(smtp.data(MAIL)[:3], b"503")
            smtp.envelope(USER, USER)
            smtp.ask("DATA")
            smtp.send(MAIL[:50])
            self.assertEqual(smtp.read_to_end(), (b"", "closed"))
        (message,) = self.server.messages
        self.assertEqual((message.ended, message.wire), (False, MAIL[:50]))

        self.server.forget()
        self.server.on("data", refuse(b"452 4.3.1 full\r\n"), after=40)
        with self.open() as smtp:
            smtp.envelope(USER, USER)
            smtp.ask("DATA")
            smtp.send(MAIL[:50])
            self.assertEqual(smtp.reply(), b"452 4.3.1 full\r\n")
            smtp.send(stuffed(MAIL)[50:])
            self.assertTrue(smtp.ask("NOOP").startswith(b"250"))
        (message,) = self.server.messages
        self.assertEqual((message.ended, message.taken), (True, False))

    def test_holds_an_answer_back_and_stalls(self):
        self.server.on("dot", HOLD)
        with self.open() as smtp:
            smtp.envelope(USER, USER)
            smtp.ask("DATA")
            smtp.send(b"Subject: x\r\n\r\n.\r\n")
            self.server.wait_held()
            smtp.connection.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                smtp.reply()
            self.server.release()
            smtp.connection.settimeout(10)
            self.assertTrue(smtp.reply().startswith(b"250"))
            self.server.on("NOOP", STALL)
            smtp.connection.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                smtp.ask("NOOP")

    def test_injects_octets_behind_its_go_ahead_for_tls(self):
        self.server.on("STARTTLS", refuse(b"220 2.0.0 go\r\n250 injected\r\n"))
        with greeted(self.service()) as smtp:
            smtp.send(b"STARTTLS\r\n")
            self.assertEqual(smtp.read_exactly(28), b"220 2.0.0 go\r\n250 injected\r\n")

    def test_stores_what_it_takes_before_it_says_so(self):
        folder = process.work_folder("store")
        self.addCleanup(process.remove_folder, folder)
        port, store = free_port(), folder / "store"
        program = process.Process([sys.executable, "-B", scripted_smtp.__file__, "--port", port,
                                   "--store", store], folder / "log", end_signal="KILL")
        self.addCleanup(program.stop)
        program.wait_listening(port)
        with open_service(self.service(port=port)) as smtp:
            self.assertTrue(smtp.submit(USER, [USER], MAIL).startswith(b"250"))
            self.assertEqual(store.read_text(), "dots\n")


if __name__ == "__main__":
    unittest.main()
