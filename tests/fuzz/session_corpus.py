"""Makes the corpus of session_fuzz from the stories: python3 session_corpus.py STORIES CORPUS.

Steps that the fuzz target has no letter for are left out; what remains is a conversation all the
same, and the start of many others.
"""

import re
import sys
from pathlib import Path

CODES = {r"\0": "^0", r"\r": "^r", r"\n": "^n"}
WORDS = {"cut client": "x", "cut upstream": "z", "close client": "y", "close upstream": "q",
         "eof client": "e", "pause client": "s", "resume client": "r"}


def plain(text):
    """The octets of a step, in the target's own way to write them."""
    text = text.replace("^", "^^").replace("<tag>", "^t")
    text = re.sub(r"<tag[^>]*>", "^t", text)
    text = re.sub(r"<repeat (\d+) ([^>]*)>", lambda m: m[2] * min(int(m[1]), 40), text)
    for code, octet in CODES.items():
        text = text.replace(code, octet)
    return text


def converted(story):
    """A story as an input of the target."""
    logged_in = "begin: logged in" in story
    steps = ["L" if logged_in else ""]
    for line in story.splitlines():
        if line.startswith("C: "):
            steps.append("C" + plain(line[3:]))
        elif line.startswith("U< "):
            steps.append("U" + plain(line[3:]))
        elif line.startswith("wait"):
            steps.append("w9")
        elif line.startswith("split"):
            steps[0] += "P0"
        elif line.strip() in WORDS:
            steps.append(WORDS[line.strip()])
    return "\n".join(steps) + "\n"


def main():
    stories, corpus = map(Path, sys.argv[1:])
    corpus.mkdir(parents=True, exist_ok=True)
    for path in sorted(stories.glob("*.story")):
        text = converted(path.read_text(encoding="utf-8"))
        if text.count("\n") > 2:
            (corpus / path.stem).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
