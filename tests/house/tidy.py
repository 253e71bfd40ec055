"""Holds every file to the form of the house: length, width, letters, names, calls, and its place.

What needs a parser of C++ is clang-tidy's; this sees what a line, a file or the build's lists show.
"""

import ast
import re
import sys

from tree import FLOORS, Tree, code_of, numbered, report

COLUMNS = 100
FILE_LINES = 500
FUNCTION_LINES = 70

CODE = r".*\.(?:cpp|hpp|py|mjs|cmake)|(?:.*/)?CMakeLists\.txt|dev|\.ci/run|tests/container/run"
CPP = r".*\.(?:cpp|hpp)"
# Octets that are test input, and texts that others wrote.
FOREIGN = r"tests/fuzz/corpus/.*|LICENSE|.*/package-lock\.json"

# No file, type or namespace has one of these words in its name, or is called one of the second row.
BANNED_PARTS = {"util", "utils", "utility", "helper", "helpers", "misc", "manager", "handler",
                "processor"}
BANNED_NAMES = BANNED_PARTS | {"common", "base", "types", "data", "info"}
# What Prometheus calls a metric that is always 1, and RFC 5321 a command.
NAMES_OF_OTHERS = {"metrics/metric.hpp": {"Info"}, "wire/smtp.hpp": {"Data"}}
TYPE = re.compile(r"\b(?:class|struct|enum class|namespace|concept)\s+(?:\[\[\w+\]\]\s*)?"
                  r"([\w:]+)\s*(?:[={;:]|final|$)")

# (files, files that may, expression on code without comments and strings, what is wrong)
CALLS = [
    (r"(?:%s)/.*" % "|".join(FLOORS), r"", r"\bthrow\b", "errors are values: nothing throws"),
    (CPP, r"net/scope\.cpp|conf/document\.cpp|proxy/options\.cpp|tests/.*", r"\bcatch\s*\(",
     "only net::Scope catches, and who wraps a library that throws"),
    (r".*\.hpp", r"", r"\busing namespace\b", "no `using namespace` in a header"),
    (CPP, r"", r"\b(?:GTEST_SKIP|DISABLED_\w+)\b", "no test is skipped"),
    (CPP, r"", r"\b(?:u?sleep|nanosleep|sleep_for)\s*\(", "nothing sleeps: wait for an event"),
    (CPP, r"", r"\b(?:strcpy|strcat|sprintf|gets|strtok|atoi|atol|system|popen)\s*\(",
     "no bound, or a shell"),
    (CPP, r"", r"\b(?:\w*getnameinfo|gethostbyaddr|res_n?(?:query|search))\s*\(|\bAI_CANONNAME\b",
     "names that DNS tells are used for nothing: addresses only are asked for"),
    (r".*\.py", r"", r"\b(?:skipTest|skipIf|skipUnless|expectedFailure|SkipTest)\b|unittest\.skip",
     "no test is skipped"),
    (r".*\.py", r"tests/bench/.*", r"\btime\.sleep\s*\(", "nothing sleeps: wait for an event"),
]
# Expressions on whole lines, comments included; words in pieces, so that this file has none.
LINES = [
    (r"(?!tests/house/).*", r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK|X" r"XX)\b",
     "left for later: it is an issue, or it is done"),
    (r".*", r"(?<![\w.*})])/(?:work|farm)/|(?<![\w.])/root/\w|\.\./shared",
     "a path of one machine"),
]


def check(tree):
    """Findings of all files."""
    for rule in (shapes, tops, functions, names, calls, lines, unused_headers, unknown_sources):
        yield from rule(tree)


def ours(tree, pattern=r".*"):
    return [(path, text) for path, text in tree.matching(pattern)
            if not re.fullmatch(FOREIGN, path)]


def shapes(tree):
    """Length, width, letters, line ends."""
    for path, text in ours(tree):
        is_code = re.fullmatch(CODE, path) is not None
        count = text.count("\n")
        if is_code and count > FILE_LINES:
            yield f"{path}:{count}: {count} lines; at most {FILE_LINES}: it is two things"
        if text and not text.endswith("\n"):
            yield f"{path}:{count + 1}: the last line has no end"
        for number, line in numbered(text):
            if is_code and len(line) > COLUMNS:
                yield f"{path}:{number}: {len(line)} columns; at most {COLUMNS}"
            if not line.isascii():
                yield f"{path}:{number}: not ASCII"
            if re.search(r"[ \t\r]$", line) and not path.endswith(".story"):
                yield f"{path}:{number}: blanks at the end"


def tops(tree):
    """Each file opens with what it is for."""
    for path, text in ours(tree, CODE):
        first = re.sub(r"\A#!.*\n", "", text)
        opening = {"cpp": "// ", "hpp": "// ", "mjs": "// ", "py": '"""'}
        if re.match(r"#!.*python", text):
            kind = "py"
        else:
            kind = path.rpartition(".")[2]
        if text and not first.startswith(opening.get(kind, "# ")):
            yield f"{path}:1: says nothing of what it is for"


def functions(tree):
    """No function of more than FUNCTION_LINES lines."""
    for path, text in ours(tree, r".*\.py"):
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from long_one(path, node.lineno, node.end_lineno)
    for path, text in ours(tree, CPP):
        for start, end in bodies(code_of(text).splitlines()):
            yield from long_one(path, start, end)


def long_one(path, start, end):
    if end - start + 1 > FUNCTION_LINES:
        yield f"{path}:{start}: a function of {end - start + 1} lines; at most {FUNCTION_LINES}"


def bodies(code):
    """(first, last) line of what looks like a function: clang-format has made the form sure."""
    for number, line in enumerate(code):
        if not re.search(r"\)[^;{}]*\{$", line):
            continue
        first, depth = number, line.count(")") - line.count("(")
        while depth > 0 and first > 0:
            first -= 1
            depth += code[first].count(")") - code[first].count("(")
        indent = re.match(r" *", code[first]).group()
        if len(indent) > 2 or re.match(r"\s*(?:if|for|while|switch|\})", code[first]):
            continue
        for last in range(number + 1, len(code)):
            if re.match(indent + r"\}", code[last]):
                yield first + 1, last + 1
                break


def parts_of(name):
    """The words of a snake_case or PascalCase name, in lower case."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z][a-z0-9]*", name)]


def banned(name):
    parts = parts_of(name)
    return bool(BANNED_PARTS.intersection(parts)) or "_".join(parts) in BANNED_NAMES


def names(tree):
    """Things that could not be named are not yet understood."""
    for path, text in ours(tree, CODE + r"|.*\.story"):
        for part in path.split("/"):
            if banned(part.partition(".")[0]):
                yield f"{path}:1: {part} is no name"
        if not re.fullmatch(CPP, path):
            continue
        for number, line in numbered(code_of(text)):
            for name in TYPE.findall(line):
                if name in NAMES_OF_OTHERS.get(path, ()) or name.startswith("std::"):
                    continue
                if any(banned(part) for part in name.split("::")):
                    yield f"{path}:{number}: {name} is no name"


def calls(tree):
    """What nobody calls here."""
    for files, allowed, expression, why in CALLS:
        for path, text in ours(tree, files):
            if re.fullmatch(allowed, path) or path.startswith("tests/house/"):
                continue
            code = code_of(text) if re.fullmatch(CPP, path) else text
            for number, line in numbered(code):
                if re.search(expression, line):
                    yield f"{path}:{number}: {why}"


def lines(tree):
    """What no line says, in code or in words."""
    for files, expression, why in LINES:
        for path, text in ours(tree, files):
            for number, line in numbered(text):
                if re.search(expression, line):
                    yield f"{path}:{number}: {why}"


def unused_headers(tree):
    """Headers that nobody includes but their own source."""
    included = {}
    for path, text in tree.matching(CPP):
        for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', text, re.M):
            included.setdefault(name, set()).add(path)
    for path, _ in tree.matching(r".*\.hpp"):
        users = included.get(path, set()) - {path, path[:-3] + "cpp"}
        if not users:
            yield f"{path}:1: nobody includes it"


def unknown_sources(tree):
    """Sources and headers of floors that no list of the build names, and names without a file."""
    lists = dict(tree.matching(r"(?:.*/)?CMakeLists\.txt"))
    for path, _ in tree.matching(CPP):
        folder, _, file = path.rpartition("/")
        if path.endswith(".hpp") and folder not in FLOORS:
            continue
        if not any(named(text, place, path) for place, text in lists.items()):
            yield f"{path}:1: no CMakeLists.txt knows {file}"


def named(text, place, path):
    folder = place.rpartition("/")[0]
    inner = path[len(folder) + 1:] if folder else path
    if folder and not path.startswith(folder + "/"):
        return False
    words = set(re.findall(r"(?:[\w./-]|\$\{\w+\})+", re.sub(r"#.*|\$\{\w+\}/", "", text)))
    # `${name}_fuzz.cpp` in a function or a loop: then its first part is an argument of that.
    made = [re.fullmatch(re.sub(r"\\\$\\\{\w+\\\}", r"([\\w-]+)", re.escape(word)), inner)
            for word in words if word.endswith(".cpp") and "$" in word]
    return inner in words or any(match and set(match.groups()) <= words for match in made)


if __name__ == "__main__":
    sys.exit(report(check, Tree.of()))
