"""The files of the tree, and how a check of the house tells what it found.

A check is a function from a Tree to findings, so that its own tests can give it a tree of a few bad
files. A finding is "path:line: what is wrong, and what would be right".
"""

import os
import re
import sys
from pathlib import Path

FLOORS = ("net", "wire", "conf", "metrics", "upstream", "proxy")
TOP = Path(__file__).resolve().parents[2]
# What is made, fetched or kept by programs.
_NOT_OURS = {".git", "build", ".work", ".cache", "__pycache__", "node_modules"}


class Tree:
    """Path (as text, from the top) to content. Binary files have None."""

    def __init__(self, files):
        self.files = files

    @staticmethod
    def of(top=TOP):
        files = {}
        for folder, inner, names in os.walk(top):
            inner[:] = sorted(name for name in inner if name not in _NOT_OURS)
            for name in sorted(names):
                path = Path(folder, name)
                if not path.is_symlink() and path.is_file() and not name.endswith(".pyc"):
                    files[str(path.relative_to(top))] = _text(path)
        files.pop(".git", None)  # in a work tree it is a file
        return Tree(files)

    def matching(self, pattern):
        """(path, text) of the text files whose path matches the regular expression as a whole."""
        return [(path, text) for path, text in self.files.items()
                if text is not None and re.fullmatch(pattern, path)]

    def has(self, path):
        """Whether this is a file or a folder of the tree."""
        folder = path.rstrip("/") + "/"
        return path in self.files or any(name.startswith(folder) for name in self.files)


def _text(path):
    octets = path.read_bytes()
    return None if b"\0" in octets else octets.decode(errors="surrogateescape")


def numbered(text):
    """(number, line) of a text, from 1."""
    return enumerate(text.splitlines(), 1)


def code_of(text):
    """C++ with comments and the insides of strings blanked, line by line as it was."""
    token = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\''
                       r"|//[^\n]*|/\*.*?\*/", re.S)

    def blank(match):
        word = match.group()
        edge = word[0] if word[0] in "\"'" else ""
        return edge + re.sub(r"[^\n]", " ", word[len(edge):len(word) - len(edge)]) + edge

    return token.sub(blank, text)


def report(check, tree=None):
    """Prints the findings of a check of the whole tree; the exit status."""
    findings = list(check(tree or Tree.of()))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0
