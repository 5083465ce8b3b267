"""Redaction of secrets on the pages of support, who need no token to help a viewer."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "[hidden]"
_SECRET = re.compile(
    r"(?i:token|secret|password|signature|authorization|credential|private_key|(^|_)auth$|sdp|(^|_)(auth_?)?key$)"
    r"|[a-z]Key$"
)
# In a header, the secret is the word after the scheme, so both are matched together.
_SIGNED = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|\b(?:[Bb]earer|Basic)\s+\S+")
_NAMED = re.compile(
    r"(?i)((?:(?:token|secret|signature|password|authorization|credential|private_key)\w*|(?:\b|_)(?:auth_?)?key)"
    r"[\"']?\s*[=:]\s*[\"']?)[^\s\"',&}]+"
)
_ADDRESS = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://)([^\s/@?#\"'<>]*@)?([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?")
# A token is long, and its parts are not plain; those of ids, times, class names and transfer ids are.
_LONG = re.compile(r"[A-Za-z0-9+/=_.:~-]{32,}")
_PLAIN = re.compile(r"[A-Za-z]{0,40}|[0-9a-f]{24}|\d{1,20}|[A-Za-z]{1,20}\d{1,6}|\d\dT\d\d|\d{1,6}(\+\d\d|Z)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BETWEEN = re.compile(r"[/=_.:~-]")


def redacted(text: str) -> str:
    """Return the text with its secrets hidden: values named so, values that look so, and the queries of URLs.

    The host and the path of a URL are kept.
    """
    shown, at = [], 0
    for found in _ADDRESS.finditer(text):
        shown += [_words(text[at : found.start()]), _address(found)]
        at = found.end()
    return "".join([*shown, _words(text[at:])])


def without_secrets(value: Any) -> Any:
    """Return JSON in which every value with a secret's name is hidden, at any depth.

    In all other strings, the secrets are hidden as in `redacted`.
    """
    if isinstance(value, dict):
        return {name: HIDDEN if _hides(name, inner) else without_secrets(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return redacted(value) if isinstance(value, str) else value


def last_line(error: str, *, longest: int = 200) -> str:
    """Return the last line of a traceback, which names the error, with its secrets hidden."""
    return redacted(error.strip().rpartition("\n")[2])[:longest]


def _hides(name: str, value: Any) -> bool:
    return bool(_SECRET.search(str(name))) and value not in (None, "", [], {})


def _words(text: str) -> str:
    return _LONG.sub(_unless_plain, _NAMED.sub(rf"\g<1>{HIDDEN}", _SIGNED.sub(HIDDEN, text)))


def _address(found: re.Match[str]) -> str:
    scheme, owner, place, query = found.groups(default="")
    path = "/".join(_words(part) for part in place.split("/"))
    return f"{scheme}{HIDDEN + '@' if owner else ''}{path}{query[0] + HIDDEN if query[1:] else query}"


def _unless_plain(found: re.Match[str]) -> str:
    if _UUID.fullmatch(found[0]) or all(_PLAIN.fullmatch(part) for part in _BETWEEN.split(found[0])):
        return found[0]
    return HIDDEN
