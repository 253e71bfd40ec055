"""The commands of a correct IMAP server, from greeting to LOGOUT, but for the work on messages.

`answer` takes a session and a command and gives the parts of the answer. RFC 3501; capabilities
are those of the settings, and a command behind one that is not there is BAD, as is a literal, an
initial response or a SELECT parameter. SASL after RFC 4616 (PLAIN), RFC 4959 (initial response),
RFC 7628 (OAUTHBEARER).
"""

import base64
import binascii
import contextlib
import re
from dataclasses import dataclass, field

from tests.support import imap_fetch, imap_search
from tests.support.imap_grammar import (Malformed, atom, compose_set, in_set, number, parse_set,
                                         quoted, string, words)
from tests.support.imap_model import SYSTEM_FLAGS, View
from tests.support.imap_reply import Tagged, Untagged

MODERN = ("LITERAL+", "SASL-IR", "ID", "ENABLE", "UIDPLUS", "MOVE", "ESEARCH", "CONDSTORE",
          "QRESYNC", "SPECIAL-USE", "NAMESPACE", "UNSELECT", "IDLE")
_IN_REV2 = ("ENABLE", "ESEARCH", "IDLE", "LITERAL-", "MOVE", "NAMESPACE", "SASL-IR", "SPECIAL-USE",
            "UIDPLUS", "UNSELECT")
_BEFORE_LOGIN = ("LITERAL+", "LITERAL-", "SASL-IR", "ID", "ENABLE", "LOGINDISABLED")
_OAUTH_FAILURE = b'{"status":"401","schemes":"bearer","scope":"mail"}'


@dataclass
class Settings:
    """What kind of server this is; may be changed between connections."""

    capabilities: tuple = MODERN
    revision: str = "IMAP4rev1"
    mechanisms: tuple = ("PLAIN",)
    before_login: tuple = None  # shown before login; None: those of `capabilities` that matter then
    told_in_greeting: bool = True
    told_at_login: bool = True
    uid_next_told: bool = True
    expunged_body: str = "missing"  # missing | nil | empty | invented | served
    esearch_spans_holes: bool = False
    starttls: bool = True  # offered where there is a certificate
    validity_of_examine: bool = True  # false: another one at each EXAMINE until the first SELECT
    selected: set = field(default_factory=set)  # mailboxes that were SELECTed, for the above

    def has(self, capability):
        """Whether the extension is there, advertised or part of the revision."""
        in_revision = self.revision == "IMAP4rev2" and capability in _IN_REV2
        return in_revision or capability in self.capabilities


def capability_words(session):
    """What CAPABILITY says now."""
    settings = session.settings
    if session.account is not None:
        return [settings.revision, *(word for word in settings.capabilities
                                     if word != "LOGINDISABLED")]
    shown = settings.before_login
    if shown is None:
        shown = [word for word in settings.capabilities if word in _BEFORE_LOGIN]
    starttls = ["STARTTLS"] if session.can_starttls() else []
    mechanisms = [f"AUTH={name}" for name in settings.mechanisms]
    return [settings.revision, *shown, *starttls, *mechanisms]


def greeting(session):
    """The first line of a connection."""
    code = f"[CAPABILITY {' '.join(capability_words(session))}] "
    return [Untagged(f"OK {code if session.settings.told_in_greeting else ''}ready")]


def answer(session, command):
    """The correct answer; what a command changes is changed when this returns."""
    if command.refusal:
        return [Tagged(command.tag, f"BAD {command.refusal}")]
    known = _COMMANDS.get(command.name)
    if known is None or not _offered(session, known):
        return [Tagged(command.tag, "BAD unknown command")]
    if session.state not in known.states:
        return [Tagged(command.tag, "BAD not now")]
    least, most = known.arguments
    if not least <= len(command.arguments) <= most:
        return [Tagged(command.tag, "BAD wrong number of arguments")]
    try:
        with session.store.lock if known.locked else contextlib.nullcontext():
            parts, text = known.act(session, command)
            if known.updates and session.view is not None:
                parts = parts + _updates(session, command.name)
    except Malformed as malformed:
        return [Tagged(command.tag, f"BAD {malformed}")]
    return [*parts, Tagged(command.tag, text)]


def _offered(session, known):
    return known.needs is None or session.settings.has(known.needs)


def _updates(session, name):
    """RFC 3501 section 7.4.1: no EXPUNGE while sequence numbers are in use."""
    may_expunge = name not in ("FETCH", "STORE", "SEARCH")
    lines = session.view.updates(may_expunge=may_expunge, vanished="QRESYNC" in session.enabled)
    return [Untagged(line) for line in lines]


def _capability(session, _):
    return [Untagged(f"CAPABILITY {' '.join(capability_words(session))}")], "OK done"


def _id(*_):
    return [Untagged('ID ("name" "fault-imap")')], "OK done"


def _starttls(session, _):
    if not session.can_starttls():
        return [], "BAD no TLS here"
    session.upgrade_after_answer()
    return [], "OK begin TLS"


def _login(session, command):
    if "LOGINDISABLED" in capability_words(session):
        return [], "BAD LOGIN is disabled"
    name, password = (_utf8(string(value)) for value in command.arguments)
    return _admit(session, session.store.account_for(name, password))


def _utf8(text):
    """What came as octets and was read one by one as characters."""
    return text.encode("latin-1").decode("utf-8", errors="surrogateescape")


def _admit(session, account):
    if account is None:
        return [], "NO [AUTHENTICATIONFAILED] wrong user name or password"
    session.account, session.state = account, "authenticated"
    code = f"[CAPABILITY {' '.join(capability_words(session))}] "
    return [], f"OK {code if session.settings.told_at_login else ''}logged in"


def _authenticate(session, command):
    mechanism, initial = atom(command.arguments[0]), command.arguments[1:]
    if initial and not session.settings.has("SASL-IR"):
        raise Malformed("initial response is not understood here")
    if mechanism not in session.settings.mechanisms or mechanism not in _MECHANISMS:
        return [], "NO [CANNOT] unknown mechanism"
    response = string(initial[0]) if initial else None
    return _admit(session, _MECHANISMS[mechanism](session, "" if response == "=" else response))


def _decode(text):
    if text == "*":
        raise Malformed("cancelled")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Malformed("not base64") from error


def _ask(session, challenge):
    line = session.ask(base64.b64encode(challenge))
    return _decode(line.rstrip(b"\r\n").decode("latin-1"))


def _plain(session, initial):
    response = _ask(session, b"") if initial is None else _decode(initial)
    parts = response.decode("utf-8", errors="surrogateescape").split("\0")
    if len(parts) != 3:
        raise Malformed("PLAIN has three parts")
    return session.store.account_for(parts[1], parts[2])


def _login_mechanism(session, initial):
    name = _ask(session, b"User Name\0") if initial is None else _decode(initial)
    password = _ask(session, b"Password\0")
    return session.store.account_for(name.decode("utf-8", errors="surrogateescape"),
                                     password.decode("utf-8", errors="surrogateescape"))


def _bearer(session, initial):
    """XOAUTH2 and OAUTHBEARER: the failure is told in a challenge that the client has to answer."""
    response = (_ask(session, b"") if initial is None else _decode(initial)).decode()
    name = re.search(r"(?:\Auser=|,a=)([^\x01,]*)", response)
    token = re.search(r"\x01auth=Bearer ([^\x01]*)\x01", response)
    account = session.store.accounts.get(name.group(1)) if name else None
    if account is not None and token and token.group(1) in account.tokens:
        return account
    session.ask(base64.b64encode(_OAUTH_FAILURE))
    return None


_MECHANISMS = {"PLAIN": _plain, "LOGIN": _login_mechanism, "XOAUTH2": _bearer,
               "OAUTHBEARER": _bearer}


def _enable(session, command):
    offered = {"CONDSTORE", "QRESYNC", "UTF8=ACCEPT"} & set(session.settings.capabilities)
    wanted = [word for word in words(command.arguments) if word in offered]
    session.enabled |= set(wanted) | ({"CONDSTORE"} if "QRESYNC" in wanted else set())
    return [Untagged(" ".join(["ENABLED", *wanted]))], "OK done"


def _open(session, command, *, read_only):
    session.view, session.state = None, "authenticated"
    mailbox = session.find_mailbox(command.arguments[0])
    if mailbox is None:
        return [], "NO [NONEXISTENT] no such mailbox"
    parameters = command.arguments[1] if len(command.arguments) > 1 else []
    if parameters and not session.settings.has("CONDSTORE"):
        raise Malformed("SELECT parameters are not understood here")
    resync = bool(parameters) and atom(parameters[0]) == "QRESYNC"
    if resync and "QRESYNC" not in session.enabled:
        raise Malformed("QRESYNC is not enabled")
    session.view = View(mailbox, read_only or mailbox.read_only)
    session.state = "selected"
    validity = _told_validity(session, mailbox, read_only)
    lines = [f"FLAGS ({' '.join(SYSTEM_FLAGS)})", f"{len(mailbox.messages)} EXISTS",
             *(["0 RECENT"] if session.settings.revision == "IMAP4rev1" else []),
             f"OK [UIDVALIDITY {validity}] ok",
             f"OK [PERMANENTFLAGS ({'' if session.view.read_only else ' '.join(SYSTEM_FLAGS)})] ok"]
    if session.settings.uid_next_told:
        lines.append(f"OK [UIDNEXT {mailbox.uid_next}] ok")
    if session.settings.has("CONDSTORE"):
        lines.append(f"OK [HIGHESTMODSEQ {mailbox.highest_modseq}] ok")
    parts = [Untagged(line) for line in lines]
    if resync:
        parts += _resync(session.view, parameters[1])
    return parts, f"OK [READ-{'ONLY' if session.view.read_only else 'WRITE'}] opened"


def _told_validity(session, mailbox, read_only):
    if session.settings.validity_of_examine:
        return mailbox.uid_validity
    if read_only and mailbox.name not in session.settings.selected:
        mailbox.uid_validity += 1
    elif not read_only:
        session.settings.selected.add(mailbox.name)
    return mailbox.uid_validity


def _resync(view, parameters):
    validity, modseq = number(parameters[0]), number(parameters[1])
    if validity != view.mailbox.uid_validity:
        return []
    known = [(1, 1 << 32)]
    if len(parameters) > 2:
        known = parse_set(parameters[2], view.mailbox.uid_next)
    gone = [uid for uid, at in view.mailbox.vanished if at > modseq and in_set(uid, known)]
    parts = [Untagged(f"VANISHED (EARLIER) {compose_set(gone)}")] if gone else []
    for sequence, message in view.numbered():
        if message.modseq > modseq:
            flags = " ".join(sorted(message.flags))
            text = f"{sequence} FETCH (UID {message.uid} FLAGS ({flags}) MODSEQ ({message.modseq}))"
            parts.append(Untagged(text))
    return parts


def _close(session, _, *, expunge):
    if expunge and not session.view.read_only:
        session.view.mailbox.expunge(session.view.mailbox.flagged(r"\Deleted"))
    session.view, session.state = None, "authenticated"
    return [], "OK closed"


def _list(session, command):
    arguments = list(command.arguments)
    special_only = arguments and arguments[0] == ["SPECIAL-USE"]
    if special_only:
        arguments.pop(0)
    if (special_only or len(arguments) > 2) and not session.settings.has("SPECIAL-USE"):
        raise Malformed("LIST options are not understood here")
    reference, pattern = (string(value) for value in arguments[:2])
    if not pattern:
        return [Untagged('LIST (\\Noselect) "/" ""')], "OK done"
    wanted = re.escape(reference + pattern).replace(r"\*", ".*").replace("%", "[^/]*")
    parts = []
    for name, mailbox in session.account.mailboxes.items():
        if re.fullmatch(wanted, name) and (mailbox.special_use or not special_only):
            uses = session.settings.has("SPECIAL-USE") and mailbox.special_use
            attributes = " ".join(["\\HasNoChildren", *([uses] if uses else [])])
            parts.append(Untagged(f'LIST ({attributes}) "/" {_quoted(name)}'))
    return parts, "OK done"


def _status(session, command):
    mailbox = session.find_mailbox(command.arguments[0])
    if mailbox is None:
        return [], "NO [NONEXISTENT] no such mailbox"
    values = {"MESSAGES": len(mailbox.messages), "RECENT": 0, "UIDNEXT": mailbox.uid_next,
              "UIDVALIDITY": mailbox.uid_validity, "HIGHESTMODSEQ": mailbox.highest_modseq,
              "UNSEEN": len(mailbox.messages) - len(mailbox.flagged(r"\Seen"))}
    wanted = words(command.arguments[1])
    if any(word not in values for word in wanted):
        raise Malformed("unknown STATUS item")
    items = " ".join(f"{word} {values[word]}" for word in wanted)
    return [Untagged(f"STATUS {_quoted(mailbox.name)} ({items})")], "OK done"


def _quoted(name):
    return quoted(name).decode("latin-1")


def _create(session, command):
    made = session.account.create(string(command.arguments[0]))
    return [], "OK created" if made else "NO [ALREADYEXISTS] exists"


def _namespace(*_):
    return [Untagged('NAMESPACE (("" "/")) NIL NIL')], "OK done"


def _idle(session, _):
    line = session.ask(b"idling")
    return [], "OK done" if line.strip().upper() == b"DONE" else "BAD expected DONE"


def _logout(session, _):
    session.state = "logout"
    return [Untagged("BYE logging out")], "OK bye"


def _nothing(*_):
    return [], "OK done"


_ANY = ("not authenticated", "authenticated", "selected")
_BEFORE, _AFTER, _OPEN = _ANY[:1], _ANY[1:], _ANY[2:]


@dataclass(frozen=True)
class _Known:
    """One command: what it does, when it may come, with how many arguments, thanks to what."""

    act: object
    states: tuple
    arguments: tuple = (0, 0)
    needs: str = None
    updates: bool = True
    locked: bool = True  # not while the client is asked for more


def _on_messages(function, **how):
    return lambda session, command: function(session, command.arguments, **how)


def _opening(*, read_only):
    return _Known(lambda session, command: _open(session, command, read_only=read_only), _AFTER,
                  (1, 2), updates=False)


def _closing(needs, *, expunge):
    return _Known(lambda session, command: _close(session, command, expunge=expunge), _OPEN,
                  needs=needs)


_FETCH, _STORE = imap_fetch.fetch, imap_fetch.store
_COPY, _EXPUNGE, _SEARCH = imap_fetch.copy, imap_fetch.expunge, imap_search.search

_COMMANDS = {
    "CAPABILITY": _Known(_capability, _ANY),
    "NOOP": _Known(_nothing, _ANY),
    "LOGOUT": _Known(_logout, _ANY, updates=False),
    "ID": _Known(_id, _ANY, (1, 1), "ID"),
    "STARTTLS": _Known(_starttls, _BEFORE),
    "LOGIN": _Known(_login, _BEFORE, (2, 2)),
    "AUTHENTICATE": _Known(_authenticate, _BEFORE, (1, 2), locked=False),
    "ENABLE": _Known(_enable, _AFTER, (1, 99), "ENABLE"),
    "SELECT": _opening(read_only=False),
    "EXAMINE": _opening(read_only=True),
    "LIST": _Known(_list, _AFTER, (2, 5)),
    "STATUS": _Known(_status, _AFTER, (2, 2)),
    "CREATE": _Known(_create, _AFTER, (1, 2)),
    "NAMESPACE": _Known(_namespace, _AFTER, needs="NAMESPACE"),
    "APPEND": _Known(_on_messages(imap_fetch.append), _AFTER, (2, 4)),
    "IDLE": _Known(_idle, _AFTER, needs="IDLE", locked=False),
    "CHECK": _Known(_nothing, _OPEN),
    "CLOSE": _closing(None, expunge=True),
    "UNSELECT": _closing("UNSELECT", expunge=False),
    "FETCH": _Known(_on_messages(_FETCH, by_uid=False), _OPEN, (2, 3)),
    "UID FETCH": _Known(_on_messages(_FETCH, by_uid=True), _OPEN, (2, 3)),
    "STORE": _Known(_on_messages(_STORE, by_uid=False), _OPEN, (3, 3)),
    "UID STORE": _Known(_on_messages(_STORE, by_uid=True), _OPEN, (3, 3)),
    "COPY": _Known(_on_messages(_COPY, by_uid=False, remove=False), _OPEN, (2, 2)),
    "UID COPY": _Known(_on_messages(_COPY, by_uid=True, remove=False), _OPEN, (2, 2)),
    "MOVE": _Known(_on_messages(_COPY, by_uid=False, remove=True), _OPEN, (2, 2), "MOVE"),
    "UID MOVE": _Known(_on_messages(_COPY, by_uid=True, remove=True), _OPEN, (2, 2), "MOVE"),
    "EXPUNGE": _Known(_on_messages(_EXPUNGE, by_uid=False), _OPEN),
    "UID EXPUNGE": _Known(_on_messages(_EXPUNGE, by_uid=True), _OPEN, (1, 1), "UIDPLUS"),
    "SEARCH": _Known(lambda s, c: _SEARCH(s, c, by_uid=False), _OPEN, (1, 99)),
    "UID SEARCH": _Known(lambda s, c: _SEARCH(s, c, by_uid=True), _OPEN, (1, 99)),
}
