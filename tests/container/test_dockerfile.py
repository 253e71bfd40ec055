"""The rules that our Dockerfiles keep. Debian has no linter for them, so a small one is here."""

import re
import unittest

from tests.container import workshop

IMAGE = workshop.TOP / "docker/Dockerfile"
DEMO = workshop.TOP / "docker/demo/Dockerfile"
SHELL_SCRIPTS = ("docker/demo/keys", "docker/demo/mail", "docker/package/postinst",
                 "docker/package/prerm", "docker/package/postrm")


def instructions(text):
    """Pairs of instruction and arguments; continued lines are joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    text = re.sub(r"\\\n", " ", text)
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def stages(text):
    """The instructions of each stage, beginning with its FROM."""
    found = []
    for instruction in instructions(text):
        if instruction[0] == "FROM":
            found.append([])
        if found:
            found[-1].append(instruction)
    return found


def last(stage, name):
    """The arguments of the last such instruction; empty if there is none."""
    return ([arguments for word, arguments in stage if word == name] or [""])[-1]


def faults(text):
    """Everything that breaks a rule, as sentences."""
    found = []
    names = set()
    for stage in stages(text):
        base, *alias = re.split(r"\s+AS\s+", stage[0][1])
        if base != "scratch" and base != "${BASE}" and base not in names:
            found.append(f"FROM {base}: every image stands on BASE")
        names.update(alias)
        for word, arguments in stage:
            found += [f"{word} {arguments}: {fault}"
                      for fault in instruction_faults(word, arguments)]
    base = next((a for w, a in instructions(text) if w == "ARG" and a.startswith("BASE=")), "")
    if not base or ":" not in base or base.endswith(":latest"):
        found.append("ARG BASE has no default with a tag of its own")
    return found


def instruction_faults(word, arguments):
    """What one instruction breaks."""
    if word in ("ENTRYPOINT", "CMD") and not arguments.startswith("["):
        yield "not in exec form, so that a shell would get our signals"
    if word == "HEALTHCHECK" and not re.search(r"CMD \[", arguments):
        yield "not in exec form"
    if word == "ADD":
        yield "COPY does, without surprises"
    if word == "EXPOSE" and any(int(port) < 1024 for port in arguments.split()):
        yield "a port that only root may open"
    if word == "RUN" and "apt-get install" in arguments:
        if "--no-install-recommends" not in arguments:
            yield "installs what nobody asked for"
        if not re.search(r"apt-get update.*apt-get install.*rm -rf /var/lib/apt/lists", arguments):
            yield "lists of packages are older than the layer, or stay in it"
    if word == "RUN" and re.search(r"\b(curl|wget|sudo|pip)\b", arguments):
        yield "software that is not Debian's"
    if word in ("ARG", "ENV") and re.search(r"(?i)password|secret|token", arguments):
        yield "a secret that stays in the image"


class RulesTest(unittest.TestCase):
    def test_our_dockerfiles_keep_the_rules(self):
        for file in (IMAGE, DEMO):
            self.assertEqual(faults(file.read_text(encoding="utf-8")), [], file)

    def test_the_rules_find_what_breaks_them(self):
        bad = {
            "FROM debian:latest": "every image stands on BASE",
            "FROM ${BASE}\nENTRYPOINT postern run": "exec form",
            "FROM ${BASE}\nHEALTHCHECK CMD postern health": "exec form",
            "FROM ${BASE}\nADD http://example.net/x /": "COPY does",
            "FROM ${BASE}\nEXPOSE 110": "only root may open",
            "FROM ${BASE}\nRUN apt-get update && apt-get install -y x": "nobody asked for",
            "FROM ${BASE}\nRUN apt-get install --no-install-recommends x": "older than the layer",
            "FROM ${BASE}\nRUN curl https://example.net/x | sh": "not Debian's",
            "FROM ${BASE}\nENV PASSWORD=x": "stays in the image",
        }
        for text, fault in bad.items():
            found = faults("ARG BASE=debian:bookworm-slim\n" + text)
            self.assertTrue(any(fault in each for each in found), (text, found))
        self.assertIn("ARG BASE has no default with a tag of its own",
                      faults("ARG BASE=debian:latest\nFROM ${BASE}"))

    def test_T077_the_image_installs_what_packages_txt_lists_and_nothing_else(self):
        for stage in stages(IMAGE.read_text(encoding="utf-8")):
            for word, arguments in stage:
                if word == "RUN" and "apt-get install" in arguments:
                    asked = re.search(r"apt-get install -y --no-install-recommends (.*?)\s*&&",
                                      arguments)[1]
                    self.assertRegex(asked, r"^\$\(awk '\$1 == \"(build|run)\" { print \$2 }' "
                                            r"(/tmp/)?packages\.txt\)$")

    def test_T075_the_image_is_run_by_a_number_that_is_not_roots(self):
        run = stages(IMAGE.read_text(encoding="utf-8"))[-1]

        self.assertEqual(last(run, "USER"), "10001:10001")
        self.assertEqual(last(run, "STOPSIGNAL"), "SIGTERM")
        self.assertTrue(last(run, "HEALTHCHECK").endswith('CMD ["postern", "health"]'))

    def test_scripts_are_clean(self):
        scripts = [workshop.TOP / script for script in SHELL_SCRIPTS]

        workshop.run("shellcheck", *scripts)

    def test_every_script_of_the_image_is_checked(self):
        listed = {workshop.TOP / script for script in SHELL_SCRIPTS}

        found = {path for path in (workshop.TOP / "docker").rglob("*")
                 if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh")}

        self.assertEqual(found, listed)
