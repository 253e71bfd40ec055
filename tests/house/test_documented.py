"""documented.py catches pages that speak of what is not there."""

import unittest

import documented
from tree import Tree

GOOD = {
    documented.SETTINGS: ("# conf\n\n## Reference\n\nAt the top:\n\n### `[pop3]`\n\n"
                          "| `seen` | text |\n| `limit.lines` | number |\n\n"
                          "### `[listener.NAME]`\n\n| `tls` | text |\n\n"
                          "## Other\n\n| `no` | x |\n"),
    documented.EXAMPLE: ('[pop3]\nseen = "retr"\n# limit = { lines = 3 }\n\n'
                         '[listener.a]\ntls = "off"\n'),
    documented.METRICS: ("# metrics\n\n| `postern_mails_total` | counter | - | Mails. |\n"
                         "| `postern_wait_seconds` | histogram | - | Waits. |\n"
                         "| `pop3.opened` | info | a |\n"),
}


def found(**changes):
    files = dict(GOOD)
    for name, text in changes.items():
        files[{"page": "README.md", "example": documented.EXAMPLE,
               "rules": "metrics/alerts.yml"}[name]] = text
    return list(documented.check(Tree(files)))


class DocumentedTest(unittest.TestCase):
    def test_a_tree_that_agrees_passes(self):
        page = ("`pop3.seen`, `listener.pop3s.tls = off`, `pop3.limit.lines`, `pop3.opened`, "
                "`pop3.cpp`, `postern_wait_seconds_bucket`, [conf](conf/README.md#reference)\n")
        self.assertEqual(found(page=page), [])

    def test_the_reference_is_read_table_by_table(self):
        self.assertEqual(list(documented.settings(Tree(GOOD))),
                         ["pop3.seen", "pop3.limit.lines", "listener.NAME.tls"])

    def test_a_setting_that_the_example_lacks_is_found(self):
        example = GOOD[documented.EXAMPLE].replace("lines", "line")
        self.assertEqual(found(example=example),
                         [f"{documented.EXAMPLE}:1: does not show pop3.limit.lines"])

    def test_a_setting_that_does_not_exist_is_found(self):
        self.assertEqual(found(page="# A\n`pop3.sen`\n"),
                         ["README.md:2: there is no setting pop3.sen"])

    def test_a_metric_that_does_not_exist_is_found_in_pages_and_rules(self):
        self.assertEqual(found(page="postern_male_total\n", rules="expr: postern_none > 0\n"),
                         ["README.md:1: there is no metric postern_male_total",
                          "metrics/alerts.yml:1: there is no metric postern_none"])

    def test_a_counter_has_no_buckets(self):
        self.assertEqual(len(found(page="postern_mails_total_bucket\n")), 1)

    def test_a_link_that_leads_nowhere_is_found(self):
        self.assertEqual(found(page="[a](conf/none.md) [b](https://example.net/) [c](conf)\n"),
                         ["README.md:1: conf/none.md leads nowhere"])

    def test_a_link_to_a_missing_headline_is_found(self):
        self.assertEqual(found(page="# Top\n[a](#top) [b](#bottom) [c](conf/README.md#none)\n"),
                         ["README.md:2: #bottom has no such headline",
                          "README.md:2: conf/README.md#none has no such headline"])


if __name__ == "__main__":
    unittest.main()
