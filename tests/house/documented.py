"""Holds what is told to what there is: settings, metrics, events, files.

That the references in conf/README.md and metrics/README.md are those of the program is proved where
the program can be asked: by the unit tests of conf, and by operator_files_test.py. This holds every
other page to the references: the example names each setting, no page speaks of a setting, metric or
event that does not exist, and each link leads somewhere.
"""

import posixpath
import re
import sys

from tree import Tree, numbered, report

SETTINGS = "conf/README.md"
EXAMPLE = "conf/postern.toml"
METRICS = "metrics/README.md"
PAGES = r"(?:.*/)?[\w-]+\.md"
METRIC = re.compile(r"\bpostern_[a-z0-9_]+")
FILE_ENDS = ("cpp", "hpp", "py", "txt", "toml", "md")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def check(tree):
    """Findings of all pages."""
    yield from examples(tree)
    yield from metrics_named(tree)
    yield from settings_named(tree)
    yield from links(tree)


def settings(tree):
    """The keys of the reference, with "NAME" where the operator chooses: `listener.NAME.tls`."""
    table = None
    for line in tree.files[SETTINGS].splitlines():
        header = re.match(r"#+ `\[{1,2}([\w.]+)\]{1,2}`", line)
        row = re.match(r"\| `([\w.]+)` \|", line)
        if line.startswith("#"):
            table = header[1] + "." if header else ("" if "top" in line else None)
        elif row and table is not None:
            yield table + row[1]


def documented_metrics(tree):
    """Metric names of the reference, with what Prometheus adds to those of histograms."""
    for line in tree.files[METRICS].splitlines():
        row = re.match(r"\| `((?:postern|process)_\w+)` \| (\w+)", line)
        if row:
            yield row[1]
            if row[2] == "histogram":
                yield from (row[1] + end for end in ("_bucket", "_sum", "_count"))


def documented_events(tree):
    """Names of log events of the reference."""
    return re.findall(r"^\| `(\w+\.\w+)` \|", tree.files[METRICS], re.M)


def examples(tree):
    """Each setting of the reference stands in the example, written or commented out."""
    text = tree.files[EXAMPLE]
    for key in settings(tree):
        if not re.search(rf"(?:^|[#{{,.])\s*{key.rpartition('.')[2]}\s*=", text, re.M):
            yield f"{EXAMPLE}:1: does not show {key}"


def metrics_named(tree):
    """No page and no rule asks for a metric that does not exist."""
    known = set(documented_metrics(tree))
    for path, text in tree.matching(PAGES + r"|metrics/.*\.(?:yml|json)|docker/.*\.yml"):
        for number, line in numbered(text):
            for name in METRIC.findall(line):
                # A word that goes on with * or { speaks of several.
                several = any(metric.startswith(name) for metric in known) and name.endswith("_")
                if name not in known and not several and not made_here(tree, name):
                    yield f"{path}:{number}: there is no metric {name}"


def made_here(tree, name):
    """Names with the prefix that are targets of the build."""
    return any(re.search(rf"\b{name}\b", text)
               for _, text in tree.matching(r"(?:.*/)?CMakeLists\.txt")) or name in (
                   f"postern_{floor}" for floor in ("net", "wire", "conf", "metrics", "upstream",
                                                    "proxy"))


def settings_named(tree):
    """`table.key` in a page, where the table is one of the configuration, is a setting or event."""
    events = set(documented_events(tree))
    known = {re.sub(r"\b[A-Z]+\b", "*", key) for key in settings(tree)}
    known |= {key.rpartition(".")[0] for key in known}
    known |= {f"{scope}.{key}" for key in list(known) if key.startswith("pop3.")
              for scope in ("listener.*", "upstream.*", "route.*")}
    tables = {key.split(".")[0] for key in known} - {""}
    for path, text in tree.matching(PAGES):
        for number, line in numbered(text):
            for word in re.findall(r"`([a-z_0-9]+(?:\.[\w*]+)+)(?: = [^`]*)?`", line):
                if word.split(".")[0] not in tables or word.rpartition(".")[2] in FILE_ENDS:
                    continue
                if word not in events and not any(same(word, key) for key in known):
                    yield f"{path}:{number}: there is no setting {word}"


def same(word, key):
    """Whether a word of a page means this key; the operator's names stand for themselves."""
    ours, theirs = key.split("."), word.split(".")
    return len(ours) == len(theirs) and all(a in ("*", b) for a, b in zip(ours, theirs))


def links(tree):
    """A link into the tree leads to a file or folder, and its anchor to a headline."""
    for path, text in tree.matching(PAGES):
        for number, line in numbered(text):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, anchor = target.partition("#")
                place = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) \
                    if file else path
                if not tree.has(place) and place != ".":
                    yield f"{path}:{number}: {target} leads nowhere"
                elif anchor and anchor not in anchors(tree.files.get(place) or ""):
                    yield f"{path}:{number}: {target} has no such headline"


def anchors(text):
    """What GitHub makes of the headlines of a page."""
    for line in text.splitlines():
        if line.startswith("#"):
            words = re.sub(r"[^\w\s-]", "", line.lstrip("#").strip().lower())
            yield re.sub(r"\s", "-", words)


if __name__ == "__main__":
    sys.exit(report(check, Tree.of()))
