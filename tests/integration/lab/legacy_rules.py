"""Which IMAP extension which syntax needs: the knowledge of the strict front (legacy_front.py).

`refusal` finds in a command the first thing that a server without these extensions would not
understand. The table covers what mail gateways use; what is not in it needs no extension.
"""

# What goes when something else goes: QRESYNC (RFC 7162) needs both CONDSTORE and ENABLE.
_NEEDED_BY = {"CONDSTORE": ("QRESYNC",), "ENABLE": ("QRESYNC",)}

_COMMANDS = {
    "UID EXPUNGE": "UIDPLUS", "MOVE": "MOVE", "UID MOVE": "MOVE", "ID": "ID",
    "UNSELECT": "UNSELECT", "ENABLE": "ENABLE", "NAMESPACE": "NAMESPACE", "IDLE": "IDLE",
    "SORT": "SORT", "UID SORT": "SORT", "COMPRESS": "COMPRESS=DEFLATE", "NOTIFY": "NOTIFY",
}
_WORDS = {
    "CONDSTORE": ("CONDSTORE", "CHANGEDSINCE", "UNCHANGEDSINCE", "MODSEQ", "HIGHESTMODSEQ"),
    "QRESYNC": ("QRESYNC", "VANISHED"),
    "SPECIAL-USE": ("SPECIAL-USE",),
    "WITHIN": ("OLDER", "YOUNGER"),
    "BINARY": ("BINARY", "BINARY.PEEK", "BINARY.SIZE"),
}
_WITH_WORDS = ("SELECT", "EXAMINE", "FETCH", "UID FETCH", "STORE", "UID STORE", "SEARCH",
               "UID SEARCH", "STATUS", "LIST")
_CODES = {"UIDPLUS": ("APPENDUID", "COPYUID", "UIDNOTSTICKY"),
          "CONDSTORE": ("HIGHESTMODSEQ", "NOMODSEQ", "MODIFIED"), "QRESYNC": ("CLOSED",)}


def with_dependents(missing):
    """The extensions that are not there, and those that cannot be without them."""
    missing = set(missing)
    for extension in tuple(missing):
        missing.update(_NEEDED_BY.get(extension, ()))
    return missing


def hidden_codes(missing):
    """The response codes that only a server with these extensions would send."""
    return {code for extension in missing for code in _CODES.get(extension, ())}


def refusal(command, missing):
    """The missing extension that a command uses, or None."""
    if _COMMANDS.get(command.name) in missing:
        return _COMMANDS[command.name]
    if command.name in ("SEARCH", "UID SEARCH") and command.arguments[:1] == ["RETURN"]:
        if "ESEARCH" in missing:
            return "ESEARCH"
    if command.name == "AUTHENTICATE":
        return _authentication(command, missing)
    if command.name in _WITH_WORDS:
        used = set(_atoms(command.arguments))
        for extension, known in _WORDS.items():
            if extension in missing and used & set(known):
                return extension
    if command.name == "LIST" and "LIST-EXTENDED" in missing:
        if len(command.arguments) > 2 or isinstance(command.arguments[0], list):
            return "LIST-EXTENDED"
    return None


def _authentication(command, missing):
    mechanism = f"AUTH={str(command.arguments[0]).upper()}" if command.arguments else ""
    if mechanism in missing:
        return mechanism
    return "SASL-IR" if len(command.arguments) > 1 and "SASL-IR" in missing else None


def _atoms(arguments):
    for value in arguments:
        if isinstance(value, list):
            yield from _atoms(value)
        elif isinstance(value, str):
            yield value.upper().partition("[")[0]
