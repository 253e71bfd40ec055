"""tidy.py catches a bad sample of each kind, and leaves good ones alone."""

import unittest

import tidy
from tree import Tree

TOP = "// What it is for.\n"
LISTS = {"tests/CMakeLists.txt": "# Tests.\nadd_test(a.cpp)\n",
         "net/CMakeLists.txt": "# The floor.\nfloor(net a.cpp a.hpp b.cpp)\n"}


def found(path, text, **others):
    """The findings about one file."""
    files = {**LISTS, **others, path: text}
    return [finding for finding in tidy.check(Tree(files)) if finding.startswith(f"{path}:")]


class TidyTest(unittest.TestCase):
    def assert_caught(self, path, text, word):
        findings = found(path, text)
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(word, findings[0])

    def test_good_files_pass(self):
        self.assertEqual(found("net/a.cpp", TOP + "int answer() {\n  return 42;\n}\n"), [])
        self.assertEqual(found("tests/a.py", '"""What it is for."""\n'), [])
        self.assertEqual(found("dev", "#!/bin/bash\n# What it is for.\n"), [])
        self.assertEqual(found("tests/container/run", '#!/usr/bin/python3\n"""For it."""\n'), [])

    def test_a_long_line_is_found_with_its_place(self):
        self.assertEqual(found("net/a.cpp", TOP + "// " + "x" * 98 + "\n"),
                         ["net/a.cpp:2: 101 columns; at most 100"])

    def test_a_long_file_is_found(self):
        self.assert_caught("net/a.cpp", TOP + "\n" * 500, "501 lines")

    def test_letters_beyond_ascii_are_found(self):
        self.assert_caught("net/a.cpp", TOP + "// caf\u00e9\n", "not ASCII")
        self.assert_caught("README.md", "caf\u00e9\n", "not ASCII")

    def test_blanks_at_the_end_and_carriage_returns_are_found(self):
        self.assert_caught("net/a.cpp", TOP + "int a; \n", "blanks")
        self.assert_caught("net/a.cpp", TOP + "int a;\t\n", "blanks")
        self.assertEqual(found("tests/stories/a.story", "S: \n"), [])

    def test_a_last_line_without_end_is_found(self):
        self.assert_caught("net/a.cpp", TOP + "int a;", "has no end")

    def test_a_file_that_does_not_say_what_it_is_for_is_found(self):
        self.assert_caught("net/a.cpp", "#include <string>\n", "what it is for")
        self.assert_caught("tests/a.py", "import os\n", "what it is for")
        self.assert_caught("net/CMakeLists.txt", "floor(net)\n", "what it is for")

    def test_a_long_function_is_found(self):
        body = "  a();\n" * 69
        self.assert_caught("net/a.cpp", TOP + "void f() {\n" + body + "}\n", "of 71 lines")
        self.assert_caught("net/a.cpp", TOP + "TEST(A,\n     B) {\n" + body + "}\n", "of 72 lines")
        self.assert_caught("tests/a.py", '"""A."""\n\n\ndef f():\n' + "    a()\n" * 70, "71 lines")
        short = TOP + "void f() {\n" + "  a();\n" * 68 + "}\n"
        self.assertEqual(found("net/a.cpp", short + short.replace("f", "g")), [])

    def test_braces_in_strings_and_comments_do_not_end_a_function(self):
        body = '  a("}");\n  // }\n' * 35
        self.assert_caught("net/a.cpp", TOP + "void f() {\n" + body + "}\n", "of 72 lines")

    def test_names_that_are_none_are_found(self):
        self.assert_caught("tests/util.py", '"""A."""\n', "no name")
        self.assert_caught("net/a.cpp", TOP + "class LinkManager {\n};\n", "LinkManager is no name")
        self.assert_caught("net/a.cpp", TOP + "namespace postern::common {\n}\n", "no name")
        self.assertEqual(found("net/a.cpp", TOP + "struct DataCommand {\n};\n// helper\n"), [])

    def test_what_nobody_calls_is_found(self):
        self.assert_caught("net/a.cpp", TOP + "  throw 1;\n", "nothing throws")
        self.assert_caught("net/a.cpp", TOP + "  } catch (...) {\n", "catches")
        self.assert_caught("net/a.cpp", TOP + "  std::this_thread::sleep_for(a);\n", "sleeps")
        self.assert_caught("net/a.cpp", TOP + "  return atoi(a);\n", "no bound")
        self.assert_caught("tests/a.cpp", TOP + "  GTEST" "_SKIP();\n", "skipped")
        self.assert_caught("tests/a.cpp", TOP + "TEST(A, DISABLED_B)\n", "skipped")
        self.assert_caught("tests/a.py", '"""A."""\nself.skipTest("no")\n', "skipped")
        self.assert_caught("tests/a.py", '"""A."""\ntime.sleep(1)\n', "sleeps")

    def test_nobody_asks_dns_for_a_name(self):
        for bad in ("getnameinfo(a, b)", "uv_getnameinfo(loop)", "gethostbyaddr(a)", "res_query(a)",
                    "hints.ai_flags = AI_CANONNAME"):
            self.assert_caught("net/a.cpp", TOP + f"  {bad};\n", "names that DNS tells")
        self.assertEqual([line for line in tidy.calls(Tree.of()) if "DNS" in line], [])

    def test_words_about_calls_are_fine(self):
        self.assertEqual(found("net/a.cpp", TOP + '// It does not throw.\nlog("sleep(1)");\n'), [])
        self.assertEqual(found("net/scope.cpp", TOP + "} catch (...) {\n")[1:], [])

    def test_what_is_left_for_later_is_found(self):
        self.assert_caught("net/a.cpp", TOP + "// TO" "DO: all of it\n", "left for later")

    def test_paths_of_a_machine_are_found(self):
        self.assert_caught("README.md", "see /wo" "rk/main\n", "one machine")
        self.assert_caught("README.md", "see ../sha" "red/spec\n", "one machine")
        self.assertEqual(found("README.md", "build/work/x and tests/work/x\n"), [])

    def test_a_header_that_only_its_source_includes_is_found(self):
        source = TOP + '#include "net/a.hpp"\n'
        self.assertIn("nobody", found("net/a.hpp", TOP, **{"net/a.cpp": source})[0])
        self.assertEqual(found("net/a.hpp", TOP, **{"net/b.cpp": source}), [])

    def test_a_source_that_the_build_does_not_know_is_found(self):
        self.assert_caught("net/c.cpp", TOP, "no CMakeLists.txt")
        fuzz = {"tests/fuzz/CMakeLists.txt": "# Fuzz.\na(${name}_fuzz.cpp)\nfuzz_target(sasl)\n"}
        self.assertEqual(found("tests/fuzz/sasl_fuzz.cpp", TOP, **fuzz), [])
        self.assertEqual(len(found("tests/fuzz/smtp_fuzz.cpp", TOP, **fuzz)), 1)


if __name__ == "__main__":
    unittest.main()
