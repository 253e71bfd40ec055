#!/usr/bin/env python3
"""Prints postern.toml(5) as scdoc, made from conf/README.md.

    python3 docker/package/manual.py conf/README.md | scdoc > postern.toml.5

The reference there is held to the schema by a test, so the manual page is true as well. What comes
over is how a configuration is written ("Writing a configuration"), what is checked, and every
setting. Tables of settings become lists: the key, its type and default, its meaning.
"""

import re
import sys

SECTIONS = ("Writing a configuration", "What is checked", "Reference")

HEAD = """postern.toml(5)

# NAME

postern.toml - configuration of the mail gateway postern

# DESCRIPTION

_/etc/postern/postern.toml_ says which listeners *postern*(8) opens, which IMAP servers stand behind
them and who goes where. It is TOML. The file that comes with the package shows every setting with
its default; a dozen lines are enough to begin with, see the example below.
"""

TAIL = """
# FILES

_/etc/postern/postern.toml_
	the configuration, unless --config names another

_/usr/share/doc/postern/examples/minimal.toml_
	the least that works

# SEE ALSO

*postern*(8)
"""


def escaped(text):
    """Text in which scdoc sees no mark-up."""
    return re.sub(r"([\\*_#`])", r"\\\1", text)


def marked(text):
    """A line of Markdown in scdoc: code and strong become bold, links their text."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    pieces = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    return "".join(f"*{escaped(re.sub('[`*]{2}|`', '', piece))}*" if i % 2 else escaped(piece)
                   for i, piece in enumerate(pieces))


def cells(line):
    """The cells of a row of a table."""
    return [cell.strip().replace(r"\|", "|") for cell in line.strip().strip("|").split(" | ")]


def setting(row):
    """One setting of the reference."""
    key, kind, default, meaning = row
    tail = ", required" if default == "required" else f"; default {marked(default)}"
    return f"{marked(key)}\n\t{marked(kind)}{tail}.++\n{marked(meaning)}\n"


def listed(row):
    """One row of any other table."""
    return f"{marked(row[0])}\n\t{marked('; '.join(cell for cell in row[1:] if cell))}\n"


def table(lines):
    """A table as a list."""
    head, _, *rows = [cells(line) for line in lines]
    form = setting if head == ["key", "type", "default", "meaning"] else listed
    return "\n".join(form(row) for row in rows)


def block(text):
    """A paragraph, a table, a literal text or a heading."""
    lines = text.splitlines()
    if text.startswith("### "):
        return "## " + escaped(text[4:].strip("`"))
    if text.startswith("## "):
        return "# " + text[3:].upper()
    if text.startswith("|"):
        return table(lines)
    if text.startswith("    "):
        return "```\n" + "\n".join(line[4:] for line in lines) + "\n```"
    # A line break inside of bold or code would not survive scdoc: a paragraph is one line.
    return marked(" ".join(lines))


def sections(readme):
    """The chosen sections, each with its heading."""
    chapters = re.split(r"^(?=## )", readme, flags=re.M)
    found = {chapter.splitlines()[0][3:]: chapter for chapter in chapters[1:]}
    return [found[name] for name in SECTIONS]


def page(readme):
    """The whole page."""
    blocks = [block(text) for chapter in sections(readme)
              for text in re.split(r"\n{2,}", chapter.strip("\n"))]
    return "\n".join([HEAD, "\n\n".join(blocks), TAIL])


def main():
    with open(sys.argv[1], encoding="utf-8") as readme:
        sys.stdout.write(page(readme.read()))


if __name__ == "__main__":
    main()
