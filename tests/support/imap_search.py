"""SEARCH and the choosing of messages by set (RFC 3501 section 6.4.4, RETURN after RFC 4731).

The keys are those that mail gateways use, and the Boolean ones; others are refused. Where a server
may choose how to write a set, `Settings.esearch_spans_holes` chooses.
"""

from tests.support.imap_grammar import (Malformed, atom, compose_set, date, in_set, parse_set,
                                         string, words)
from tests.support.imap_reply import Untagged

_FLAG_KEYS = {
    "ANSWERED": r"\Answered", "DELETED": r"\Deleted", "FLAGGED": r"\Flagged", "SEEN": r"\Seen",
    "DRAFT": r"\Draft",
}


def chosen_messages(view, text, *, by_uid):
    """(number, message) of a set. A number that is not there is an error, a UID is not."""
    numbered = view.numbered()
    if by_uid:
        largest = numbered[-1][1].uid if numbered else view.mailbox.uid_next - 1
        ranges = parse_set(text, max(largest, 1))
        return [pair for pair in numbered if in_set(pair[1].uid, ranges)]
    ranges = parse_set(text, max(len(numbered), 1))
    if any(high > len(numbered) for _, high in ranges):
        raise Malformed("no such message")
    return [pair for pair in numbered if in_set(pair[0], ranges)]


def search(session, command, *, by_uid):
    """SEARCH and UID SEARCH; the answer is ESEARCH if RETURN was asked for."""
    keys, wanted = list(command.arguments), None
    if keys and keys[0] == "CHARSET":
        keys = keys[2:]
    if keys and keys[0] == "RETURN":
        if not session.settings.has("ESEARCH"):
            raise Malformed("RETURN is not understood here")
        wanted = words(keys[1]) or ["ALL"]
        keys = keys[2:]
    elif session.settings.revision != "IMAP4rev1":
        wanted = ["ALL"]  # RFC 9051 section 6.4.4 knows no other answer
    if not keys:
        raise Malformed("nothing to search for")
    matches = _all_of(keys, session.view)
    found = [message.uid if by_uid else number for number, message in session.view.numbered()
             if matches(number, message)]
    if wanted is None:
        return [Untagged(" ".join(["SEARCH", *map(str, found)]))], "OK done"
    return [Untagged(_esearch(session, command.tag, found, wanted, by_uid))], "OK done"


def _esearch(session, tag, found, wanted, by_uid):
    answer = f'ESEARCH (TAG "{tag}")' + (" UID" if by_uid else "")
    for word in wanted:
        if word == "COUNT":
            answer += f" COUNT {len(found)}"
        elif word not in ("ALL", "MIN", "MAX"):
            raise Malformed("unknown RETURN option")
        elif found:
            value = {"ALL": lambda: _ranges(session, found), "MIN": lambda: min(found),
                     "MAX": lambda: max(found)}[word]()
            answer += f" {word} {value}"
    return answer


def _ranges(session, found):
    """RFC 4731 lets a UID range span holes between messages that are there; some server may."""
    if not session.settings.esearch_spans_holes:
        return compose_set(found)
    known = [message.uid for message in session.view.messages]
    chosen, runs = set(found), []
    for uid in known:
        if uid not in chosen:
            runs.append(None)
        elif runs and runs[-1] is not None:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{low}:{high}" if high > low else str(low) for low, high in filter(None, runs))


def _all_of(keys, view):
    tests, rest = [], list(keys)
    while rest:
        tests.append(_take(rest, view))
    return lambda number, message: all(test(number, message) for test in tests)


def _take(rest, view):
    """Takes one search key, with its arguments, off the front."""
    key = rest.pop(0)
    if isinstance(key, list):
        return _all_of(key, view)
    word = atom(key)
    if word == "ALL":
        return lambda number, message: True
    if word in _FLAG_KEYS:
        return lambda number, message: _FLAG_KEYS[word] in message.flags
    if word.startswith("UN") and word[2:] in _FLAG_KEYS:
        return lambda number, message: _FLAG_KEYS[word[2:]] not in message.flags
    if word[:1].isdigit() or word[:1] == "*":
        ranges = parse_set(word, max(len(view.messages), 1))
        return lambda number, message: in_set(number, ranges)
    if word in ("UID", "KEYWORD", "UNKEYWORD", "NOT", "OR", "HEADER", "SINCE"):
        return _with_arguments(word, rest, view)
    raise Malformed(f"unknown search key {key}")


def _with_arguments(word, rest, view):
    if not rest:
        raise Malformed(f"{word} needs an argument")
    if word == "NOT":
        inner = _take(rest, view)
        return lambda number, message: not inner(number, message)
    if word == "OR":
        first = _take(rest, view)
        second = _take(rest, view)
        return lambda number, message: first(number, message) or second(number, message)
    if word == "UID":
        largest = view.messages[-1].uid if view.messages else 1
        ranges = parse_set(rest.pop(0), largest)
        return lambda number, message: in_set(message.uid, ranges)
    if word == "HEADER":
        return _header(rest)
    if word == "SINCE":
        day = date(string(rest.pop(0)))
        return lambda number, message: message.internal_date.date() >= day
    flag = string(rest.pop(0))
    return lambda number, message: (flag in message.flags) == (word == "KEYWORD")


def _header(rest):
    if len(rest) < 2:
        raise Malformed("HEADER needs a name and a text")
    name, text = (string(rest.pop(0)).encode("latin-1") for _ in range(2))
    needle = text.lower()

    def matches(_, message):
        lines = message.header().lower().split(b"\r\n")
        return any(line.startswith(name.lower() + b":") and needle in line for line in lines)

    return matches
