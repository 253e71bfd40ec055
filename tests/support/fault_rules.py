"""Rules: on which command what goes wrong. All of it can be written as JSON.

A rule matches commands (its `on` is a regular expression for the start of the command line, without
tag, any case) or one of the moments "greeting" and "tls". It takes the nth match and `times` in a
row (None: for good). With `acts` false the model does not perform the command: nothing is stored,
deleted, or logged in.

An action is a name, or a list of a name and its arguments; they are applied in turn. Texts are
octets one character each; {tag} stands for the command's tag, {next_tag} for the tag a counting
client would use next.

| action | what it does to the answer |
| --- | --- |
| replace TEXT, before TEXT, after TEXT, before_tagged TEXT | raw octets, in the same write |
| tagged TEXT, no_tagged | another tagged line, as "NO [UNAVAILABLE] later"; none at all |
| refuse TEXT | only that tagged line; the command is not performed |
| drop PATTERN | leaves out untagged answers that match |
| repeat N | every untagged answer N times |
| flood TEXT N | N copies of it before the tagged line |
| endless N | N octets without a line end, first of all |
| body TEXT | that (NIL, "", "x") instead of the literal of a body |
| announce TEXT | that in the braces, whatever the literal is: 7, -1, 99999999999999999999 |
| resize N | a sound literal, N octets longer (or shorter) than the message |
| huge N | a sound literal of N octets that costs no memory |
| literal8 | ~{n} instead of {n} |
| section TEXT, uid N, sequence N | a wrong item name, UID, or message number |
| uid_last, extra TEXT | the UID behind the body; a further item |
| cut N THEN, cut_literal N THEN | N octets of the answer, or of its first literal, then THEN |
| close, close_tls, reset | after the answer: FIN; TLS alert and FIN; RST |
| hang | silence instead of what the answer is by then |
| pause SECONDS, hold NAME | waiting before the answer; until the test releases it |
| drip N SECONDS | the answer goes out N octets at a time |
| deliver TEXT, expunge UID..., flag UID FLAG, renumber VALIDITY | INBOX before the command |
| gather N ORDER | takes up to N pipelined commands: "reverse" runs them last first, "answers" |
|   | answers them last first, "interleave" mixes their untagged answers |
"""

import re
from dataclasses import dataclass, field

from tests.support.imap_model import Repeated
from tests.support.imap_reply import Fetch, Flow, Literal, Raw, Tagged, Untagged, octets_of

MOMENTS = ("greeting", "tls")
FLOWS = ("close", "close_tls", "reset", "hang", "pause", "hold", "drip")
CHANGES = ("deliver", "expunge", "flag", "renumber")


@dataclass
class Rule:
    """One fault; `matched` counts the commands that fitted so far."""

    on: str
    do: list
    nth: int = 1
    times: int = 1
    acts: bool = True
    matched: int = field(default=0)

    def __post_init__(self):
        self.do = [[action] if isinstance(action, str) else list(action) for action in self.do]
        for name, *_ in self.do:
            if name not in FLOWS + CHANGES + ("gather",) and name not in _ALTERATIONS:
                raise ValueError(f"unknown action {name}")
        if any(name == "refuse" for name, *_ in self.do):
            self.acts = False

    def fits(self, line):
        """Whether the line of a command, or a moment, is what this rule waits for."""
        if self.on in MOMENTS or line in MOMENTS:
            return self.on == line
        return bool(re.match(self.on, line, re.IGNORECASE))

    def due(self):
        """Whether the next match is one of those that it takes."""
        last = None if self.times is None else self.nth + self.times
        return self.matched + 1 >= self.nth and (last is None or self.matched + 1 < last)

    def takes(self, line):
        """Whether this rule applies to the line; counts it if it fits."""
        if not self.fits(line):
            return False
        due = self.due()
        self.matched += 1
        return due

    def gathers(self):
        """The arguments of its gather action, if it has one."""
        return next((action[1:] for action in self.do if action[0] == "gather"), None)


def change(rule, store, account):
    """What the rule does to INBOX before the command runs."""
    for name, *arguments in rule.do:
        if name in CHANGES and account is not None:
            with store.lock:
                _CHANGES[name](account.find("INBOX"), *arguments)


_CHANGES = {
    "deliver": lambda mailbox, text: mailbox.add(text.encode("latin-1")),
    "expunge": lambda mailbox, *uids: mailbox.expunge(uids),
    "flag": lambda mailbox, uid, flag: mailbox.set_flags(
        mailbox.find(uid), mailbox.find(uid).flags | {flag}),
    "renumber": lambda mailbox, validity=None: mailbox.renumber(validity),
}


def alter(rule, parts, tag):
    """The answer as the rule wants it."""
    for name, *arguments in rule.do:
        if name in FLOWS:
            parts = [*parts, Flow(name, tuple(arguments))] if _ends(name) else [
                Flow(name, tuple(arguments)), *parts]
        elif name in _ALTERATIONS:
            parts = _ALTERATIONS[name](list(parts), tag, *arguments)
    return parts


def _ends(name):
    """Endings come behind what is sent, waiting comes before it; hang is silence from the start."""
    return name in ("close", "close_tls", "reset")


def _raw(text, tag):
    following = re.sub(r"\d+\Z", _one_more, tag)
    return Raw(text.replace("{next_tag}", following).replace("{tag}", tag).encode("latin-1"))


def _one_more(digits):
    return str(int(digits.group()) + 1).zfill(len(digits.group()))


def _before_tagged(parts, new):
    at = next((i for i, part in enumerate(parts) if isinstance(part, Tagged)), len(parts))
    return parts[:at] + new + parts[at:]


def _tagged(parts, tag, text):
    return [Tagged(tag, text) if isinstance(part, Tagged) else part for part in parts]


def _drop(parts, _, pattern):
    return [part for part in parts if not re.match(pattern, _head_of(part), re.IGNORECASE)]


def _head_of(part):
    if isinstance(part, Fetch):
        return f"{part.number} FETCH"
    return part.text if isinstance(part, Untagged) else ""


def _repeat(parts, _, count):
    untagged = [part for part in parts if isinstance(part, (Untagged, Fetch))]
    return _before_tagged([part for part in parts if part not in untagged], untagged * count)


def _each_body(change_value):
    """An alteration of the (name, value) of every body in the answer."""

    def alteration(parts, _, *arguments):
        altered = []
        for part in parts:
            at = part.body() if isinstance(part, Fetch) else None
            if at is not None and isinstance(part.items[at][1], Literal):
                items = list(part.items)
                items[at] = change_value(*items[at], *arguments)
                part = Fetch(part.number, items)
            altered.append(part)
        return altered

    return alteration


def _each_fetch(change_fetch):
    def alteration(parts, _, *arguments):
        return [change_fetch(part, *arguments) if isinstance(part, Fetch) else part
                for part in parts]

    return alteration


def _resize(name, value, count):
    octets = bytes(value.octets[:len(value.octets) + min(count, 0)]) + b"x" * max(count, 0)
    return name, Literal(octets)


def _huge(name, value, count):
    return name, Literal(Repeated(bytes(value.octets[:]) or b"x", count))


def _uid(part, uid):
    return Fetch(part.number, [(name, str(uid) if name == "UID" else value)
                               for name, value in part.items])


def _uid_last(part):
    uids = [item for item in part.items if item[0] == "UID"]
    return Fetch(part.number, [item for item in part.items if item[0] != "UID"] + uids)


def _extra(part, text):
    return Fetch(part.number, [("", text), *part.items])


def _cut(parts, _, count, then):
    waiting = [part for part in parts if isinstance(part, Flow)]
    kept, have = [], 0
    for octets in (chunk for part in parts if part not in waiting for chunk in octets_of(part)):
        kept.append(octets[:count - have])
        have += len(kept[-1])
        if have >= count:
            break
    return [*waiting, Raw(b"".join(kept)), Flow(then)]


def _cut_literal(parts, tag, count, then):
    """Everything up to the first literal's head, and so many octets of it."""
    before = 0
    for part in parts:
        if isinstance(part, Flow):
            continue
        at = part.body() if isinstance(part, Fetch) else None
        if at is None or not isinstance(part.items[at][1], Literal):
            before += sum(map(len, octets_of(part)))
            continue
        name, value = part.items[at]
        head = Fetch(part.number, [*part.items[:at], (name, "")])
        before += sum(map(len, octets_of(head))) - len(b")\r\n") + len(value.head())
        return _cut(parts, tag, before + count, then)
    return parts


_ALTERATIONS = {
    "replace": lambda parts, tag, text: [_raw(text, tag)],
    "before": lambda parts, tag, text: [_raw(text, tag), *parts],
    "after": lambda parts, tag, text: [*parts, _raw(text, tag)],
    "before_tagged": lambda parts, tag, text: _before_tagged(parts, [_raw(text, tag)]),
    "tagged": _tagged,
    "no_tagged": lambda parts, _: [part for part in parts if not isinstance(part, Tagged)],
    "refuse": lambda parts, tag, text: [Tagged(tag, text)],
    "drop": _drop,
    "repeat": _repeat,
    "flood": lambda parts, tag, text, count: _before_tagged(
        parts, [Raw(Repeated(_raw(text, tag).octets, len(_raw(text, tag).octets) * count))]),
    "endless": lambda parts, _, count: [Raw(Repeated(b"x", count)), *parts],
    "body": _each_body(lambda name, value, text: (name, text)),
    "announce": _each_body(lambda name, value, text: (name, Literal(value.octets, str(text)))),
    "resize": _each_body(_resize),
    "huge": _each_body(_huge),
    "literal8": _each_body(lambda name, value: (name, Literal(value.octets, prefix="~"))),
    "section": _each_body(lambda name, value, text: (text, value)),
    "uid": _each_fetch(_uid),
    "sequence": _each_fetch(lambda part, number: Fetch(number, part.items)),
    "uid_last": _each_fetch(_uid_last),
    "extra": _each_fetch(_extra),
    "cut": _cut,
    "cut_literal": _cut_literal,
}
