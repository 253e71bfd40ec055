"""Holds the include lines to the floors: which folder may include what.

An include points down, never up, never sideways on the ground floor; `wire/secret.hpp` alone may be
included everywhere. Each library stands behind the files that may include it.
"""

import re
import sys

from tree import FLOORS, Tree, numbered, report

# What each folder may include besides itself.
BELOW = {
    "net": set(),
    "wire": set(),
    "conf": set(),
    "metrics": set(),
    "upstream": {"net", "wire", "conf", "metrics"},
    "proxy": {"net", "wire", "conf", "metrics", "upstream"},
}
FOR_ALL = "wire/secret.hpp"

# What an include of a library begins with, and the files (a regular expression) that may have it.
LIBRARIES = {
    "uv.h": r"net/.*",
    "openssl/": r"net/.*",
    "curl/": r"net/http_client\.cpp",
    "toml++/": r"conf/.*\.cpp",
    "prometheus/": r"metrics/.*|proxy/admin\.cpp",
    "sqlite3.h": r"proxy/sqlite\.cpp",
    "re2/": r"upstream/directory\.cpp",
    "CLI/": r"proxy/options\.cpp",
    "httplib.h": r"proxy/admin\.cpp",
    "nlohmann/": r"upstream/[^/]*\.cpp",
    "hiredis/": r"upstream/[^/]*\.cpp",
    "fmt/": r"(?!wire/).*",
}
# Of the system; `wire` has none of it but the vector instructions of one file.
SYSTEM = r"(?:sys|netinet|arpa|linux|net)/\w+\.h|\w+\.h"
VECTORS = {"emmintrin.h": r"wire/clean_run\.cpp"}
STANDARD = r"[a-z_]+"

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check(tree):
    """Findings of all files of the floors."""
    for path, text in tree.matching(rf"(?:{'|'.join(FLOORS)})/.*\.(?:cpp|hpp|hpp\.in)"):
        for number, line in numbered(text):
            include = INCLUDE.match(line)
            if include is None:
                continue
            judge = wrong_own if include.group(1) == '"' else wrong_library
            why = judge(tree, path, include.group(2))
            if why:
                yield f"{path}:{number}: {why}"


def wrong_own(tree, path, name):
    """Why a file may not include this one of ours, or None."""
    floor, folder = path.split("/")[0], name.split("/")[0]
    if folder not in FLOORS:
        return f'"{name}" is not the path of a header from the top of the tree'
    if name not in tree.files and f"{name}.in" not in tree.files:
        return f"there is no {name}"
    if name == FOR_ALL or folder == floor or folder in BELOW[floor]:
        return None
    return f"{floor} knows nothing of {folder}: {name} is not below it"


def wrong_library(tree, path, name):
    """Why a file may not include this header of a library, or None."""
    del tree
    if re.fullmatch(STANDARD, name):
        return None
    if name in VECTORS:
        allowed = VECTORS[name]
        return None if re.fullmatch(allowed, path) else f"<{name}> belongs to {allowed} only"
    for start, allowed in LIBRARIES.items():
        if name.startswith(start):
            return None if re.fullmatch(allowed, path) else f"<{name}> belongs to {allowed} only"
    if not re.fullmatch(SYSTEM, name):
        return f"<{name}> is of no library that floors.py knows"
    return "wire includes the standard library only" if path.startswith("wire/") else None


if __name__ == "__main__":
    sys.exit(report(check, Tree.of()))
