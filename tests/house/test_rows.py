"""rows.py finds rows in the names of all kinds of tests, and every mistake."""

import contextlib
import io
import unittest
from unittest import mock

import rows
from tree import Tree

LIST = "# Rows.\nM-001 The first.\nM-002 The second.\nG-001 A guarantee.\nI-001 (later) Another.\n"


def checked(files, listed=LIST):
    return rows.check(Tree({rows.ROWS: listed, **files}))


class RowsTest(unittest.TestCase):
    def test_a_row_that_no_test_names_is_open(self):
        mistakes, open_rows, later, count = checked({})

        self.assertEqual((mistakes, open_rows, later, count),
                         ([], ["M001", "M002", "G001"], ["I001"], 4))

    def test_each_kind_of_test_names_rows(self):
        kinds = {"tests/unit/a_test.cpp": "TEST(Some, M001_G001_Claims) {}\n",
                 "tests/unit/b_test.cpp": "TEST_P(\n    Some, M001_G001_Claims) {}\n",
                 "tests/integration/test_a.py": "    def test_M001_G001_claims(self):\n",
                 "tests/unit/CMakeLists.txt": "add_test(NAME unit.x.M001_G001_Claims COMMAND a)\n",
                 "tests/stories/a.story": "# M-001, G-1: claims.\n"}
        for path, text in kinds.items():
            with self.subTest(path):
                mistakes, open_rows, _, _ = checked({path: text})
                self.assertEqual((mistakes, open_rows), ([], ["M002"]))

    def test_a_name_in_a_comment_or_in_the_product_proves_nothing(self):
        _, open_rows, _, _ = checked({"tests/unit/a_test.cpp": "// M001_ and M-001\nint M001_x;\n",
                                      "proxy/a.cpp": "TEST(Some, M001_Claims)\n",
                                      "tests/stories/a.story": "# Claims.\n# M-001: no head\n",
                                      "tests/a.py": "def M001_x():\n"})

        self.assertIn("M001", open_rows)

    def test_part_of_a_word_is_no_row(self):
        mistakes, open_rows, _, _ = checked({"tests/a.cpp": "TEST(Some, SM001_XM0012_M0013)\n"})

        self.assertEqual((mistakes, "M001" in open_rows), ([], True))

    def test_a_test_that_names_an_unknown_row_is_a_mistake(self):
        mistakes, _, _, _ = checked({"tests/a.cpp": "\nTEST(Some, M999_Claims)\n"})

        self.assertEqual(mistakes, ["tests/a.cpp:2: there is no row M-999"])

    def test_a_later_row_with_a_test_is_no_longer_listed(self):
        _, _, later, _ = checked({"tests/a.cpp": "TEST(Some, I001_Claims)\n"})

        self.assertEqual(later, [])

    def test_lines_of_another_form_and_repeated_rows_are_mistakes(self):
        mistakes, _, _, _ = checked({}, "M-1 Short.\nM-001 A.\nM-001 B.\nX-001 C.\nM-002\n")

        self.assertEqual([mistake.split(":")[1] for mistake in mistakes], ["1", "3", "4", "5"])

    def test_open_rows_fail_only_when_strict(self):
        statuses = {}
        with mock.patch.object(Tree, "of", return_value=Tree({rows.ROWS: LIST})), \
                contextlib.redirect_stdout(io.StringIO()) as said:
            for strict in (False, True):
                statuses[strict] = rows.main(strict)

        self.assertEqual(statuses, {False: 0, True: 1})
        self.assertIn("3 of 4 rows are named by no test:\n  M 001 002\n  G 001\n", said.getvalue())

    def test_mistakes_always_fail(self):
        tree = Tree({rows.ROWS: LIST, "tests/a.cpp": "TEST(Some, M999_Claims)\n"})
        with mock.patch.object(Tree, "of", return_value=tree), \
                contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(rows.main(False), 1)

    def test_the_list_has_every_number(self):
        listed, mistakes = rows.rows_of(Tree.of().files[rows.ROWS])
        last = {"M": 137, "I": 45, "S": 46, "T": 78, "F": 70, "G": 12}
        expected = [f"{letter}{number:03d}" for letter, end in last.items()
                    for number in range(1, end + 1)]

        self.assertEqual(mistakes, [])
        self.assertEqual(sorted(listed), sorted(expected))


if __name__ == "__main__":
    unittest.main()
