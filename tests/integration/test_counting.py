"""How the runner of the integration tests counts: nothing that went wrong counts as passed."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.__main__ import account, modules, verdict

RAN = "Ran 5 tests in 1.2s\n\n"


class VerdictTest(unittest.TestCase):
    def test_all_passed(self):
        self.assertEqual(verdict(RAN + "OK\n", 0), (5, 0))

    def test_failures_and_errors_are_failed(self):
        self.assertEqual(verdict(RAN + "FAILED (failures=1, errors=2)\n", 1), (2, 3))

    def test_skipped_and_expected_failures_are_failed(self):
        self.assertEqual(verdict(RAN + "OK (skipped=1, expected failures=1)\n", 0), (3, 2))

    def test_an_unexpected_success_counts_once(self):
        self.assertEqual(verdict(RAN + "FAILED (failures=1, unexpected successes=1)\n", 1), (3, 2))

    def test_an_error_before_the_first_test_is_failed(self):
        self.assertEqual(verdict("Ran 0 tests in 0.1s\n\nFAILED (errors=1)\n", 1), (0, 1))

    def test_no_test_at_all_is_failed(self):
        self.assertEqual(verdict("Ran 0 tests in 0.1s\n\nOK\n", 0), (0, 1))

    def test_a_process_that_died_is_failed(self):
        self.assertEqual(verdict("test_a ... ok\n", -11), (0, 1))
        self.assertEqual(verdict(RAN + "OK\n", -11), (4, 1))

    def test_words_of_a_test_are_not_taken_for_the_end(self):
        self.assertEqual(verdict("OK\n" + RAN + "FAILED (failures=1)\n", 1), (4, 1))


class AccountTest(unittest.TestCase):
    def test_it_is_what_the_failed_tests_said(self):
        failure = "======\nFAIL: test_b (B.test_b)\n------\nAssertionError: 1 != 2\n\n" + RAN
        said = "test_a (A.test_a) ... ok\ntest_b (B.test_b) ... FAIL\n\n"
        self.assertEqual(account(said + failure), failure)

    def test_of_a_process_that_died_it_is_the_last_it_said(self):
        said = "".join(f"line {number}\n" for number in range(100))
        self.assertTrue(account(said).endswith("line 98\nline 99"))
        self.assertNotIn("line 20", account(said))


class ModulesTest(unittest.TestCase):
    def test_every_module_is_found(self):
        self.assertIn("tests.integration.test_counting", modules())


if __name__ == "__main__":
    unittest.main()
