"""How the tests start and watch the gateway: against a stand-in, and against the binary itself.

The stand-in has the outside of the gateway only, so these tests are about gateway.py. With
$POSTERN_BINARY set, the same expectations are held against that binary too.
"""

import os
import poplib
import sys
import tomllib
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration import gateway, gateway_config, gateway_output
from tests.integration.gateway import Gateway
from tests.integration.lab import process, tls
from tests.support.fault_imap import FaultImap

_STAND_IN = Path(__file__).resolve().parent / "gateway_stand_in.py"


class GatewayContract:
    """What gateway.py relies on in whatever binary it starts. `binary` is its path."""

    binary = None

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(mock.patch.dict(os.environ, POSTERN_BINARY=str(cls.binary)))
        folder = process.work_folder("gateway-pki")
        cls.addClassCleanup(process.remove_folder, folder)
        cls.pki = tls.Pki(folder / "tls")
        cls.upstream = cls.enterClassContext(FaultImap())

    def start(self, **settings):
        return self.enterContext(Gateway(self.upstream, pki=self.pki, settings=settings))

    def test_takes_connections_once_it_is_started(self):
        started = self.start()

        for mode in ("clear", "implicit"):
            with self.subTest(mode):
                maildrop = started.maildrop("joe", "secret", mode)
                if mode == "clear":
                    pop3 = poplib.POP3(maildrop.host, maildrop.port, timeout=10)
                else:
                    pop3 = poplib.POP3_SSL(maildrop.host, maildrop.port, timeout=10,
                                           context=maildrop.tls_context())
                self.assertTrue(pop3.getwelcome().startswith(b"+OK"))
                pop3.quit()

    def test_shows_metrics(self):
        started = self.start()
        before = started.metric("postern_connections_accepted_total", listener="pop3")

        poplib.POP3("localhost", started.port(), timeout=10).quit()

        self.assertEqual(started.metric("postern_ready"), 1)
        self.assertEqual(started.metric("postern_connections_accepted_total", listener="pop3"),
                         before + 1)

    def test_reloads_a_good_configuration_and_refuses_a_bad_one(self):
        started = self.start()

        good = started.reload({"log": {"level": "info"}})
        started.configuration.write_text("[server\n")
        bad = started.reload_file()

        self.assertEqual((good, bad), (True, False))
        self.assertTrue(started.ready())

    def test_ends_with_success_when_told_to(self):
        started = self.start()

        started.terminate()

        self.assertEqual(started.wait_ended(), 0)

    def test_can_be_killed(self):
        started = self.start()

        started.kill()

        self.assertEqual(started.wait_ended(), -9)

    def test_a_binary_that_does_not_start_is_an_error_with_its_words(self):
        made = Gateway(self.upstream, pki=self.pki)
        self.addCleanup(process.remove_folder, made.folder)
        with mock.patch.object(gateway_config, "toml", return_value="[server\n"):
            status, text = made.check()
            with self.assertRaisesRegex(RuntimeError, "ended with 78:\n.*postern.toml"):
                made.start()

        self.assertEqual(status, 78)
        self.assertIn("postern.toml", text)

    def test_checks_a_good_configuration(self):
        made = Gateway(self.upstream, pki=self.pki)
        self.addCleanup(process.remove_folder, made.folder)

        self.assertEqual(made.check()[0], 0)


class StandInTest(GatewayContract, unittest.TestCase):
    binary = _STAND_IN

    def test_reads_log_lines(self):
        started = self.start()
        poplib.POP3("localhost", started.port(), timeout=10).quit()

        event = started.wait_for_event("session.started", listener="pop3")
        started.stop()

        self.assertEqual((event.level, event.fields["client"]), ("info", "127.0.0.1"))
        self.assertEqual(started.events("gateway.ended")[0].fields, {"reason": "SIGTERM, as told"})
        self.assertEqual(started.events("session.started", listener="pop3s"), [])

    def test_waits_for_the_ports_where_there_is_no_admin_listener(self):
        with mock.patch.object(Gateway, "ready", side_effect=AssertionError):
            started = self.start(admin=None)

        self.assertTrue(all(process.accepts(port) for port in started.ports()))


class OutputTest(unittest.TestCase):
    def test_reads_log_lines_and_leaves_out_others(self):
        log = ('2024-01-01T00:00:00Z warn upstream.refused upstream=imap text="a \\"b\\" c" n=3\n'
               "==12==ERROR: AddressSanitizer: heap-use-after-free\n\n"
               "2024-01-01T00:00:01Z info gateway.ready\n")

        refused, ready = gateway_output.events(log)

        self.assertEqual((refused.level, refused.name), ("warn", "upstream.refused"))
        self.assertEqual(refused.fields, {"upstream": "imap", "text": 'a "b" c', "n": "3"})
        self.assertEqual((ready.name, ready.fields), ("gateway.ready", {}))

    def test_reads_samples(self):
        page = '# HELP a b\n# TYPE a counter\na{x="1",y="a \\"q\\", b"} 3\nb_sum 1.5e-3\n'

        self.assertEqual(gateway_output.samples(page),
                         [("a", {"x": "1", "y": 'a "q", b'}, 3.0), ("b_sum", {}, 0.0015)])

    def test_refuses_a_page_that_is_none_of_prometheus(self):
        with self.assertRaises(ValueError):
            gateway_output.samples("<html>\n")


class ConfigurationTest(unittest.TestCase):
    def test_writes_toml(self):
        settings = {"include": ["a", "b"], "server": {"name": 'g "1"\n', "workers": 2, "on": True},
                    "tls": {"a": {"min_version": "1.2"}, "b.c": {}},
                    "route": [{"user": "*@x", "pop3": {"seen": "never"}}, {"upstream": "imap"}]}

        self.assertEqual(tomllib.loads(gateway_config.toml(settings)), settings)

    def test_lays_changes_over_defaults(self):
        defaults = {"a": {"x": 1, "y": 2}, "b": 3}

        merged = gateway_config.laid_over(defaults, {"a": {"x": None, "z": 4}, "b": {"w": 5}})

        self.assertEqual(merged, {"a": {"y": 2, "z": 4}, "b": {"w": 5}})
        self.assertEqual(defaults, {"a": {"x": 1, "y": 2}, "b": 3})

    def test_names_the_upstream_by_how_it_is_reached(self):
        server = mock.Mock(clear_port=143, tls_port=993)
        expected = {
            "clear": {"url": "imap://localhost:143", "tls": "off"},
            "starttls": {"url": "imap://localhost:143", "tls": "starttls", "ca_file": "ca.pem"},
            "implicit": {"url": "imaps://localhost:993", "ca_file": "ca.pem"},
        }
        for mode, settings in expected.items():
            with self.subTest(mode):
                self.assertEqual(gateway_config.upstream_settings(server, mode, "ca.pem"), settings)

    def test_the_binary_is_the_built_one_unless_told_otherwise(self):
        with mock.patch.dict(os.environ):
            os.environ.pop("POSTERN_BINARY", None)
            self.assertEqual(gateway.binary().parts[-4:], ("build", "release", "proxy", "postern"))


if os.environ.get("POSTERN_BINARY"):
    class BinaryTest(GatewayContract, unittest.TestCase):
        binary = os.environ["POSTERN_BINARY"]


if __name__ == "__main__":
    unittest.main()
