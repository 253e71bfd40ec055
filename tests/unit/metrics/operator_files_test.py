"""The files that operators use agree with what the program declares.

README.md tells every metric and event as it is, Prometheus takes the page and the rules, the
dashboard is what its script makes and asks for nothing that does not exist. PRINT_METRICS names the
program that prints the declarations; promtool is part of Prometheus.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
METRICS = HERE.parents[2] / "metrics"
LINE_WIDTH = 24

METRIC_NAME = re.compile(r"\b(?:postern|process)_\w+")
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                          **options)


def printed(what):
    result = run(os.environ["PRINT_METRICS"], what)
    assert result.returncode == 0, result.stderr
    return result.stdout


def promtool(*arguments, **options):
    program = shutil.which("promtool")
    assert program, "promtool is missing: install prometheus"
    return run(program, *arguments, **options)


def families():
    """Name, kind and label keys of each metric, from the rows that describe it."""
    for row in printed("metrics").splitlines():
        name, kind, labels, _ = [cell.strip() for cell in row.strip("|").split(" | ")]
        yield name.strip("`"), kind.split()[0], re.findall(r"`(\w+)`", labels)


def names_in(text):
    """The metrics that an expression uses, without what Prometheus adds for histograms."""
    histograms = {name for name, kind, _ in families() if kind == "histogram"}
    for name in METRIC_NAME.findall(text):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        yield base if base in histograms else name


class Reference(unittest.TestCase):
    def rows_of(self, start):
        text = (METRICS / "README.md").read_text()
        return [line for line in text.splitlines() if re.match(rf"\| `{start}` \|", line)]

    def test_each_metric_is_told_as_it_is(self):
        self.assertEqual(self.rows_of(r"(postern|process)_\w+"), printed("metrics").splitlines())

    def test_each_event_is_told_as_it_is(self):
        self.assertEqual(self.rows_of(r"\w+\.\w+"), printed("events").splitlines())


class Exposition(unittest.TestCase):
    def test_T076_prometheus_accepts_a_page_with_every_series(self):
        page = printed("exposition")
        self.assertEqual({name for name, _, _ in families()},
                         set(re.findall(r"^# TYPE (\w+) ", page, re.M)))

        result = promtool("check", "metrics", input=page)

        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_promtool_refuses_a_page_that_breaks_the_rules(self):
        result = promtool("check", "metrics", input="# TYPE a_total gauge\na_total 1\n")
        self.assertNotEqual(result.returncode, 0)


class Alerts(unittest.TestCase):
    def test_prometheus_accepts_the_rules(self):
        result = promtool("check", "rules", str(METRICS / "alerts.yml"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_rules_fire_when_they_should(self):
        result = promtool("test", "rules", str(HERE / "alerts_test.yml"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_rules_use_metrics_that_exist(self):
        declared = {name for name, _, _ in families()}
        used = set(names_in((METRICS / "alerts.yml").read_text()))
        self.assertTrue(used)
        self.assertLessEqual(used, declared)


if __name__ == "__main__":
    unittest.main()
