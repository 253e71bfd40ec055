"""Reading what the gateway shows: log lines in logfmt, metrics in Prometheus' text format.

Lines and samples that are not understood are errors of the test or of the gateway, except for log
lines that other programs write to the same place.
"""

import re
from dataclasses import dataclass

_FIELD = re.compile(r'([A-Za-z_][\w.]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?\Z")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Event:
    """One log line: `time level name key=value ...`."""

    level: str
    name: str
    fields: dict


def lines(log):
    """How many lines of a log, in either form, there are."""
    return len(re.findall(r'^(?:\d{4}-\d\d-\d\dT|\{"time":)', log, re.M))


def events(log):
    """The events of a log. What is no event (a sanitizer's report, say) is left out."""
    return [event for event in map(_event, log.splitlines()) if event is not None]


def samples(page):
    """The samples of a page of metrics: (name, labels, value)."""
    return [_sample(line) for line in page.splitlines() if line and not line.startswith("#")]


def _event(line):
    words = line.split(" ", 3)
    if len(words) < 3 or "=" in words[2] or not words[0][:1].isdigit():
        return None
    found = _FIELD.findall(words[3] if len(words) > 3 else "")
    return Event(words[1], words[2], {key: _plain(text) or bare for key, text, bare in found})


def _sample(line):
    match = _SAMPLE.match(line)
    if match is None:
        raise ValueError(f"no sample of Prometheus' text format: {line!r}")
    name, labels, value = match.groups()
    return name, {key: _plain(text) for key, text in _LABEL.findall(labels or "")}, float(value)


def _plain(text):
    """A quoted text without its escapes."""
    return re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape.group(1), escape.group(1)), text)
