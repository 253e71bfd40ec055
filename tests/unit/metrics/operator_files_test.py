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


def dashboard():
    return json.loads((METRICS / "dashboard.json").read_text())


def panels():
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def targets():
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target


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


class Dashboard(unittest.TestCase):
    def test_the_file_is_what_the_script_makes(self):
        made = run(sys.executable, "-B", str(METRICS / "dashboard.py"))
        self.assertEqual(made.stdout, (METRICS / "dashboard.json").read_text())

    def test_panel_ids_are_unique(self):
        ids = [panel["id"] for panel in dashboard()["panels"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_panels_do_not_overlap(self):
        taken = {}
        for panel in dashboard()["panels"]:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], LINE_WIDTH, panel["title"])
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    self.assertEqual(taken.setdefault((x, y), panel["id"]), panel["id"],
                                     panel["title"])

    def test_each_panel_has_a_unit(self):
        for panel in panels():
            self.assertTrue(panel["fieldConfig"]["defaults"]["unit"], panel["title"])

    def test_each_query_is_bound_to_the_chosen_gateways(self):
        for title, target in targets():
            found = len(METRIC_NAME.findall(target["expr"]))
            self.assertEqual(target["expr"].count('instance=~"$instance"'), found, title)

    def test_legends_name_labels_that_the_query_keeps(self):
        labels = {name: set(keys) | {"instance"} for name, _, keys in families()}
        for title, target in targets():
            expr = target["expr"]
            by = re.search(r"by \(([\w, ]*)\)", expr)
            kept = set(by[1].split(", ")) if by else labels[next(names_in(expr))]
            self.assertLessEqual(set(re.findall(r"{{(\w+)}}", target["legendFormat"])), kept, title)

    def test_the_queries_use_metrics_that_exist(self):
        declared = {name for name, _, _ in families()}
        text = (METRICS / "dashboard.json").read_text()
        self.assertLessEqual(set(names_in(text)), declared)

    def test_each_metric_is_in_a_panel_or_an_alert(self):
        used = set(names_in((METRICS / "alerts.yml").read_text()))
        for _, target in targets():
            used |= set(names_in(target["expr"]))
        self.assertEqual({name for name, _, _ in families()} - used, set())

    def test_prometheus_answers_each_query(self):
        """With every series of the page growing, no query is refused and none is empty."""
        tests = [{"expr": f"count({self.without_variables(target['expr'])}) > bool 0",
                  "eval_time": "10m", "exp_samples": [{"labels": "{}", "value": 1}]}
                 for _, target in targets()]
        group = {"interval": "15s", "input_series": list(self.growing_series()),
                 "promql_expr_test": tests}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "queries.yml")  # JSON is YAML
            path.write_text(json.dumps({"rule_files": [], "tests": [group]}))
            result = promtool("test", "rules", str(path))
        self.assertEqual(result.returncode, 0, result.stdout[:4000] + result.stderr)

    @staticmethod
    def without_variables(expr):
        return expr.replace("$__rate_interval", "1m").replace("$instance", ".*")

    @staticmethod
    def growing_series():
        for line in printed("exposition").splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.match(line).groups()
            labels = ", ".join(filter(None, [labels, 'instance="a"', 'job="postern"']))
            yield {"series": f"{name}{{{labels}}}", "values": f"0+{float(value):.0f}x60"}


if __name__ == "__main__":
    unittest.main()
