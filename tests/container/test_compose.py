"""The compose files: their rules, and the demonstration brought up as a whole."""

import contextlib
import imaplib
import json
import poplib
import smtplib
import ssl
import unittest
import urllib.request
import uuid

import yaml

from tests.container import workshop
from tests.integration.lab.ports import HOST, free_port
from tests.integration.lab.process import wait_until

FOLDER = workshop.TOP / "docker"
FILES = ("compose.yaml", "compose.grafana.yaml")
SECONDS = 60
SERVICES = ("postern", "dovecot", "postfix", "prometheus")


def services(name):
    """The services of one file."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))["services"]


class RulesTest(unittest.TestCase):
    def setUp(self):
        self.all = {name: service for file in FILES for name, service in services(file).items()}

    def test_the_parts_are_there(self):
        self.assertEqual(set(self.all), {*SERVICES, "grafana"})

    def test_T075_no_service_can_write_to_its_root_or_keeps_a_right(self):
        for name, service in self.all.items():
            self.assertIs(service["read_only"], True, name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges"], name)
            self.assertNotIn("privileged", service, name)
            self.assertEqual("cap_add" in service, name == "postfix", name)

    def test_T067_ports_are_open_to_this_machine_only_and_above_roots(self):
        for name, service in self.all.items():
            for port in service.get("ports", []):
                self.assertRegex(port, r"^127\.0\.0\.1:\$\{[A-Z0-9_]+:-\d{4}\}:\d{4}$", name)

    def test_images_have_a_tag_or_are_built_here(self):
        for name, service in self.all.items():
            self.assertTrue("build" in service or ":" in service["image"], name)
            self.assertFalse(service["image"].endswith(":latest"), name)

    def test_what_is_mounted_is_there_and_cannot_be_written_to(self):
        mounts = [mount for service in self.all.values() for mount in service.get("volumes", [])
                  if mount.startswith(".")]

        self.assertGreater(len(mounts), 5)
        for mount in mounts:
            source, _, how = mount.split(":")
            self.assertTrue((FOLDER / source).is_file(), mount)
            self.assertEqual(how, "ro", mount)

    def test_grafana_shows_our_dashboard_from_our_prometheus(self):
        source = yaml.safe_load((FOLDER / "demo/grafana/datasource.yaml").read_text())
        provider = yaml.safe_load((FOLDER / "demo/grafana/dashboards.yaml").read_text())
        folder = provider["providers"][0]["options"]["path"]
        mounts = [mount.split(":") for mount in self.all["grafana"]["volumes"]]

        self.assertEqual(source["datasources"][0]["url"], "http://prometheus:9090")
        self.assertIn(["../metrics/dashboard.json", f"{folder}/dashboard.json", "ro"], mounts)

    def test_the_configuration_of_prometheus_is_right(self):
        workshop.run("promtool", "check", "config", "--syntax-only", FOLDER / "demo/prometheus.yml")


class DemonstrationTest(unittest.TestCase):
    """The images are built before, as compose would: it has no say in how that is done here."""

    @classmethod
    def setUpClass(cls):
        workshop.gateway_image()
        for name in SERVICES[1:]:
            workshop.demo_image(name)
        cls.ports = {name: free_port() for name in
                     ("POP3_PORT", "POP3S_PORT", "IMAP_PORT", "IMAPS_PORT", "METRICS_PORT",
                      "SUBMISSION_PORT", "PROMETHEUS_PORT")}
        cls.project = f"postern-test-{uuid.uuid4().hex[:8]}"
        try:
            cls.compose("up", "-d", "--no-build")
            for service in ("dovecot", "postern"):
                workshop.wait_healthy(cls.container(service))
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.compose("down", "-v", "-t", "5", check=False)

    @classmethod
    def compose(cls, *words, **options):
        changes = {name: str(port) for name, port in cls.ports.items()}
        return workshop.run("podman-compose", "-p", cls.project, "-f", FOLDER / "compose.yaml",
                            *words, env_changes=changes, **options)

    @classmethod
    def container(cls, service):
        return f"{cls.project}_{service}_1"

    @staticmethod
    def unchecked():
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def asked(self, path):
        """What the API of Prometheus answers."""
        url = f"http://{HOST}:{self.ports['PROMETHEUS_PORT']}/api/v1/{path}"
        with urllib.request.urlopen(url, timeout=10) as page:
            return json.load(page)["data"]

    def mail_of(self, user):
        """Subjects of all mail of a user, by POP3 through the gateway."""
        with contextlib.closing(poplib.POP3_SSL(HOST, self.ports["POP3S_PORT"], timeout=30,
                                                context=self.unchecked())) as client:
            client.user(f"{user}@example.test")
            client.pass_(f"{user}-demo")
            count = client.stat()[0]
            heads = [client.top(number, 0)[1] for number in range(1, count + 1)]
            client.quit()
        return [line for head in heads for line in head if line.startswith(b"Subject:")]

    def test_mail_that_is_submitted_is_read_by_pop3(self):
        subject = f"Demonstration {uuid.uuid4().hex}"
        with smtplib.SMTP(HOST, self.ports["SUBMISSION_PORT"], timeout=30) as sender:
            sender.starttls(context=self.unchecked())
            sender.login("ann@example.test", "ann-demo")
            sender.sendmail("ann@example.test", ["ben@example.test"],
                            f"Subject: {subject}\r\nMessage-ID: <{uuid.uuid4()}@demo.test>\r\n"
                            "\r\nHello.\r\n")

        wait_until(lambda: f"Subject: {subject}".encode() in self.mail_of("ben"), SECONDS,
                   "the mail")
        wait_until(lambda: self.is_in_sent("ann", subject), SECONDS, "the copy")

    def is_in_sent(self, user, subject):
        """Whether the sender has a copy, once and seen."""
        with imaplib.IMAP4_SSL(HOST, self.ports["IMAPS_PORT"], timeout=30,
                               ssl_context=self.unchecked()) as client:
            client.login(f"{user}@example.test", f"{user}-demo")
            client.select("Sent", readonly=True)
            found = client.search(None, "SEEN", "SUBJECT", f'"{subject}"')[1][0].split()
        return len(found) == 1

    def test_imap_shows_the_mail_that_pop3_shows(self):
        clear = imaplib.IMAP4(HOST, self.ports["IMAP_PORT"], timeout=30)
        clear.starttls(self.unchecked())
        secure = imaplib.IMAP4_SSL(HOST, self.ports["IMAPS_PORT"], timeout=30,
                                   ssl_context=self.unchecked())
        for client in (clear, secure):
            client.login("archive@example.test", "archive-demo")
            self.assertEqual(client.select("INBOX", readonly=True), ("OK", [b"2000"]))
            client.logout()

    def test_prometheus_scrapes_the_gateway_and_knows_our_rules(self):
        wait_until(lambda: [t["health"] for t in self.asked("targets")["activeTargets"]] == ["up"],
                   SECONDS, "a scrape")
        names = {rule["name"] for group in self.asked("rules")["groups"]
                 for rule in group["rules"]}

        written = yaml.safe_load((workshop.TOP / "metrics/alerts.yml").read_text())
        self.assertEqual(names, {rule["alert"] for group in written["groups"]
                                 for rule in group["rules"]})

    def test_T075_nobody_is_root_but_the_master_of_postfix(self):
        users = {service: workshop.executed(self.container(service), "id", "-u").stdout.strip()
                 for service in SERVICES}

        self.assertEqual([service for service, user in users.items() if user == "0"], ["postfix"])
