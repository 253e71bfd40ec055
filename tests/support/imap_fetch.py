"""FETCH, STORE, COPY, MOVE, EXPUNGE: what a correct server does with messages (RFC 3501 section
6.4).

Each function takes the session (for its view, account and settings) and returns the untagged parts
of the answer and the text of the tagged line. Items that no mail gateway asks for (ENVELOPE,
BODYSTRUCTURE, BINARY) are refused as unknown.
"""

import re

from tests.support.imap_grammar import (Malformed, atom, compose_set, date_time, in_set, number,
                                         parse_set, string, words)
from tests.support.imap_reply import Fetch, Literal, Untagged
from tests.support.imap_search import chosen_messages

_SECTION = re.compile(r"BODY(?:\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?\Z")
_SECTION_TEXT = re.compile(r"(?:HEADER|TEXT|HEADER\.FIELDS(\.NOT)? \(([^)]*)\))?\Z")
_WHOLE = {"RFC822": "", "RFC822.HEADER": "HEADER", "RFC822.TEXT": "TEXT"}


def fetch(session, arguments, *, by_uid):
    """FETCH and UID FETCH, with (CHANGEDSINCE m [VANISHED]) where CONDSTORE is there."""
    items = words(arguments[1])
    for item in items:
        _check(item)
    since, vanished = _modifiers(arguments[2:])
    parts = []
    if vanished and since is not None:
        parts += _vanished_since(session, arguments[0], since)
    gone = session.view.gone()
    for sequence, message in chosen_messages(session.view, arguments[0], by_uid=by_uid):
        if since is not None and message.modseq <= since:
            continue
        data = _fetch_one(session, message, items, is_gone=id(message) in gone)
        if data is None:
            continue
        if by_uid or "UID" in items:
            data.insert(0, ("UID", str(message.uid)))
        if since is not None or "CONDSTORE" in session.enabled:
            data.append(("MODSEQ", f"({message.modseq})"))
        parts.append(Fetch(sequence, data))
    issued = any(id(message) in gone for message in session.view.messages)
    return parts, "OK [EXPUNGEISSUED] done" if issued else "OK done"


def _check(item):
    """Whether the item is known, found out before there is a message to say it of."""
    if item == "UID" or item in _ATTRIBUTES or item in _WHOLE:
        return
    match = _SECTION.match(item)
    if not match or not _SECTION_TEXT.match(match.group(1)):
        raise Malformed(f"unknown item {item}")


def _modifiers(arguments):
    if not arguments:
        return None, False
    modifiers = words(arguments[0])
    if modifiers[0] != "CHANGEDSINCE" or modifiers[2:] not in ([], ["VANISHED"]):
        raise Malformed("unknown FETCH modifier")
    return number(modifiers[1]), len(modifiers) > 2


def _vanished_since(session, text, since):
    mailbox = session.view.mailbox
    ranges = parse_set(text, mailbox.uid_next)
    uids = [uid for uid, modseq in mailbox.vanished if modseq > since and in_set(uid, ranges)]
    return [Untagged(f"VANISHED (EARLIER) {compose_set(uids)}")] if uids else []


def _fetch_one(session, message, items, *, is_gone):
    """The items of one message, or None if nothing at all is said about it."""
    mode = session.settings.expunged_body
    if is_gone and mode == "missing":
        return None
    data = []
    for item in items:
        if item in _ATTRIBUTES:
            data.append((item, _ATTRIBUTES[item](message)))
        elif item != "UID":
            data.append(_body(session, message, item, mode if is_gone else "served"))
    return data


_ATTRIBUTES = {
    "FLAGS": lambda message: f"({' '.join(sorted(message.flags))})",
    "RFC822.SIZE": lambda message: str(message.size()),
    "INTERNALDATE": lambda message: message.internal_date.strftime('"%d-%b-%Y %H:%M:%S %z"'),
    "MODSEQ": lambda message: f"({message.modseq})",
    "EMAILID": lambda message: f"(E{message.uid:08d})",
    "X-GM-MSGID": lambda message: str((1 << 60) + message.uid),
}


def _body(session, message, item, mode):
    """One body item under the name it is answered with."""
    if item in _WHOLE:
        section, start, length, shown = _WHOLE[item], None, None, item
        peek = item == "RFC822.HEADER"
    else:
        section, start, length = _SECTION.match(item).groups()
        shown = f"BODY[{section}]" + (f"<{start}>" if start is not None else "")
        peek = item.startswith("BODY.PEEK")
    if mode == "nil":
        return shown, "NIL"
    if mode == "empty":
        return shown, '""'
    if mode == "invented":
        return shown, Literal(b"Subject: message unavailable\r\n\r\nIt was removed.\r\n")
    octets = _section_octets(message, section)
    if start is not None:
        octets = octets[int(start):int(start) + int(length)]
    if not peek and not session.view.read_only:
        session.view.mailbox.set_flags(message, message.flags | {r"\Seen"})
    return shown, Literal(octets)


def _section_octets(message, section):
    if not section:
        return message.octets
    header = message.header()
    if section == "HEADER":
        return header
    if section == "TEXT":
        return message.octets[len(header):]
    invert, names = _SECTION_TEXT.match(section).groups()
    return _header_fields(header, [name.strip('"') for name in names.split()], invert=bool(invert))


def _header_fields(header, names, *, invert):
    fields = re.findall(rb"[^\r\n][^\n]*\n(?:[ \t][^\n]*\n)*", header)
    kept = (field for field in fields
            if (field.partition(b":")[0].decode("latin-1").strip().upper() in names) != invert)
    return b"".join(kept) + b"\r\n"


def store(session, arguments, *, by_uid):
    """STORE and UID STORE of flags."""
    if session.view.read_only:
        return [], "NO [READ-ONLY] mailbox is read-only"
    how, flags = atom(arguments[1]), _flags(arguments[2])
    if how.replace(".SILENT", "") not in ("FLAGS", "+FLAGS", "-FLAGS"):
        raise Malformed("unknown STORE item")
    parts, gone = [], session.view.gone()
    for sequence, message in chosen_messages(session.view, arguments[0], by_uid=by_uid):
        if id(message) in gone:
            continue
        before = message.flags
        after = (before | flags if how[0] == "+" else before - flags if how[0] == "-" else flags)
        session.view.mailbox.set_flags(message, after)
        if not how.endswith(".SILENT"):
            uid = [("UID", str(message.uid))] if by_uid else []
            parts.append(Fetch(sequence, [*uid, ("FLAGS", _ATTRIBUTES["FLAGS"](message))]))
    return parts, "OK done"


def expunge(session, arguments, *, by_uid):
    """EXPUNGE, and UID EXPUNGE of RFC 4315: only what carries \\Deleted, only what is named."""
    if session.view.read_only:
        return [], "NO [READ-ONLY] mailbox is read-only"
    mailbox = session.view.mailbox
    uids = set(mailbox.flagged(r"\Deleted"))
    if by_uid:
        ranges = parse_set(arguments[0], mailbox.uid_next - 1)
        uids = {uid for uid in uids if in_set(uid, ranges)}
    mailbox.expunge(uids)
    return [], "OK done"


def copy(session, arguments, *, by_uid, remove):
    """COPY and MOVE (RFC 6851); the target must exist."""
    target = session.find_mailbox(arguments[1])
    if target is None:
        return [], "NO [TRYCREATE] no such mailbox"
    source, gone = session.view.mailbox, session.view.gone()
    messages = [message for _, message in chosen_messages(session.view, arguments[0], by_uid=by_uid)
                if id(message) not in gone]
    copies = [target.add(message.octets, flags=message.flags, internal_date=message.internal_date)
              for message in messages]
    if not messages:
        return [], "OK nothing to do"
    uids = (",".join(str(message.uid) for message in group) for group in (messages, copies))
    code = f"[COPYUID {target.uid_validity} {' '.join(uids)}] "
    code = code if session.settings.has("UIDPLUS") else ""
    if not remove:
        return [], f"OK {code}done"
    source.expunge([message.uid for message in messages])
    return [Untagged(f"OK {code}moving")] if code else [], "OK done"


def append(session, arguments):
    """APPEND of one message (RFC 3501 section 6.3.11)."""
    if not isinstance(arguments[-1], bytes):
        raise Malformed("APPEND needs a literal")
    target = session.find_mailbox(arguments[0])
    if target is None:
        return [], "NO [TRYCREATE] no such mailbox"
    flags = _flags(next((value for value in arguments[1:-1] if isinstance(value, list)), []))
    dates = [date_time(string(value)) for value in arguments[1:-1] if not isinstance(value, list)]
    message = target.add(arguments[-1], flags=flags, internal_date=dates[0] if dates else None)
    code = f"[APPENDUID {target.uid_validity} {message.uid}] "
    return [], f"OK {code if session.settings.has('UIDPLUS') else ''}done"


def _flags(value):
    """Flags as the model keeps them: system ones in their usual spelling, keywords as they came."""
    names = [string(word) for word in (value if isinstance(value, list) else [value])]
    return {"\\" + name[1:].capitalize() if name.startswith("\\") else name for name in names}
