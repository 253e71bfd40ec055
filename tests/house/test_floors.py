"""floors.py catches every wrong arrow, and no right one."""

import unittest

import floors
from tree import Tree


def found(path, *lines):
    """The findings of a tree with this file, and a header in each floor."""
    headers = {f"{floor}/some.hpp": "" for floor in floors.FLOORS}
    headers["wire/secret.hpp"] = ""
    text = "".join(f"#include {line}\n" for line in lines)
    return list(floors.check(Tree({**headers, path: text})))


class FloorsTest(unittest.TestCase):
    def test_each_arrow_up_or_sideways_is_found(self):
        wrong = {"net": ["wire", "conf", "metrics", "upstream", "proxy"],
                 "wire": ["net", "conf", "metrics", "upstream", "proxy"],
                 "conf": ["net", "wire", "metrics", "upstream", "proxy"],
                 "metrics": ["net", "wire", "conf", "upstream", "proxy"],
                 "upstream": ["proxy"], "proxy": []}
        for floor in floors.FLOORS:
            for other in floors.FLOORS:
                with self.subTest(floor=floor, other=other):
                    findings = found(f"{floor}/a.cpp", f'"{other}/some.hpp"')
                    self.assertEqual(len(findings), 1 if other in wrong[floor] else 0, findings)

    def test_every_floor_may_include_secrets(self):
        for floor in floors.FLOORS:
            self.assertEqual(found(f"{floor}/a.cpp", '"wire/secret.hpp"'), [])

    def test_a_library_elsewhere_than_at_its_place_is_found(self):
        places = {"uv.h": "net/a.cpp", "openssl/ssl.h": "net/a.hpp", "toml++/toml.h": "conf/a.cpp",
                  "prometheus/registry.h": "metrics/a.cpp", "sqlite3.h": "proxy/sqlite.cpp",
                  "re2/re2.h": "upstream/directory.cpp", "CLI/CLI.hpp": "proxy/options.cpp",
                  "httplib.h": "proxy/admin.cpp", "hiredis/hiredis.h": "upstream/redis.cpp",
                  "emmintrin.h": "wire/clean_run.cpp", "fmt/format.h": "conf/a.cpp"}
        for name, place in places.items():
            with self.subTest(name):
                self.assertEqual(found(place, f"<{name}>"), [])
                self.assertEqual(len(found("wire/a.cpp", f"<{name}>")), 1)

    def test_a_library_in_a_header_of_conf_is_found(self):
        self.assertEqual(len(found("conf/a.hpp", "<toml++/toml.h>")), 1)

    def test_wire_has_the_standard_library_only(self):
        self.assertEqual(found("wire/a.cpp", "<string_view>", "<cstdint>"), [])
        self.assertEqual(len(found("wire/a.cpp", "<unistd.h>", "<sys/socket.h>")), 2)

    def test_an_unknown_library_is_found(self):
        self.assertEqual(len(found("proxy/a.cpp", "<boost/asio.hpp>")), 1)

    def test_a_path_that_does_not_start_at_the_top_is_found(self):
        self.assertEqual(found("proxy/a.cpp", '"some.hpp"'),
                         ['proxy/a.cpp:1: "some.hpp" is not the path of a header from the top of '
                          'the tree'])

    def test_a_missing_header_is_found_with_its_line(self):
        self.assertEqual(found("proxy/a.cpp", "<string>", '"proxy/none.hpp"'),
                         ["proxy/a.cpp:2: there is no proxy/none.hpp"])

    def test_indented_includes_count(self):
        tree = Tree({"net/a.cpp": '  #  include "proxy/b.hpp"\n', "proxy/b.hpp": ""})
        self.assertEqual(len(list(floors.check(tree))), 1)


if __name__ == "__main__":
    unittest.main()
