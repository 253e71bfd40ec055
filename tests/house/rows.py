"""Holds the rows of rows.txt against the names of the tests: which row does no test name?

A row is a promise: M about POP3 from IMAP, I about the IMAP front, S about submission, T a threat,
F a fault, G a guarantee. A test that proves one carries it in its name, without the hyphen and with
three digits (gtest `M098_`, Python `test_M104_`, CMake `T070_`); a story has it in its head line as
`# M-104: ...`. A row marked `(later)` is of a feature that is not there yet.

`--strict`: an open row is a failure. Without it, open rows are told and only mistakes fail.
"""

import re
import sys

from tree import Tree, numbered

ROWS = "tests/house/rows.txt"
ROW = re.compile(r"([MISTFG])-(\d{3}) (\(later\) )?(\S.*)")
IN_NAME = re.compile(r"(?:(?<=^)|(?<=_))([MISTFG]\d{3})(?=_|$)")
GTEST = re.compile(r"^\s*(?:TYPED_)?TEST(?:_[FP])?\(\s*\w+,\s*(\w+)\)", re.M)
PYTHON = re.compile(r"^\s*(?:async )?def test_(\w+)\(", re.M)
CMAKE = re.compile(r"\bNAME\s+(?:\w+\.)*(\w+)")
STORY = re.compile(r"#\s*((?:[MISTFG]-\d+(?:,\s*|\s+)?)+):")


def rows_of(text):
    """(row to whether it is later, findings) of the list."""
    rows, findings = {}, []
    for number, line in numbered(text):
        if not line or line.startswith("#"):
            continue
        match = ROW.fullmatch(line)
        if match is None:
            findings.append(f'{ROWS}:{number}: not "X-000 sentence" or "X-000 (later) sentence"')
            continue
        name = match[1] + match[2]
        if name in rows:
            findings.append(f"{ROWS}:{number}: {match[1]}-{match[2]} stands here twice")
        rows[name] = match[3] is not None
    return rows, findings


def named_rows(tree):
    """(path, line, row) of each row that a test names."""
    kinds = [(r"tests/(?!house/).*\.cpp", GTEST), (r"tests/(?!house/).*\.py", PYTHON),
             (r"tests/(?:.*/)?CMakeLists\.txt", CMAKE)]
    for pattern, expression in kinds:
        for path, text in tree.matching(pattern):
            for match in expression.finditer(text):
                for row in IN_NAME.findall(match[1]):
                    yield path, text.count("\n", 0, match.start(1)) + 1, row
    for path, text in tree.matching(r"tests/.*\.story"):
        head = STORY.match(text)
        for letter, digits in re.findall(r"([MISTFG])-(\d+)", head[1] if head else ""):
            yield path, 1, f"{letter}{int(digits):03d}"


def check(tree):
    """(mistakes, open rows, later rows without a test, number of rows)."""
    rows, mistakes = rows_of(tree.files[ROWS])
    proved = set()
    for path, number, row in named_rows(tree):
        proved.add(row)
        if row not in rows:
            mistakes.append(f"{path}:{number}: there is no row {row[0]}-{row[1:]}")
    unproved = [row for row in rows if row not in proved]
    return (mistakes, [row for row in unproved if not rows[row]],
            [row for row in unproved if rows[row]], len(rows))


def told(rows):
    """Rows by letter, in lines short enough to read."""
    for letter in "MISTFG":
        numbers = [row[1:] for row in rows if row[0] == letter]
        for start in range(0, len(numbers), 20):
            yield f"  {letter} {' '.join(numbers[start:start + 20])}"


def main(strict):
    mistakes, open_rows, later, count = check(Tree.of())
    for mistake in mistakes:
        print(mistake)
    print(f"{len(open_rows)} of {count} rows are named by no test:")
    print("\n".join(told(open_rows)))
    print(f"{len(later)} more are of features that are not there yet:")
    print("\n".join(told(later)))
    return 1 if mistakes or (strict and open_rows) else 0


if __name__ == "__main__":
    sys.exit(main("--strict" in sys.argv[1:]))
