"""Keeping secrets off a page: whoever reads a story needs no token in it."""

from __future__ import annotations

import re

_HIDDEN = "[hidden]"
_NAMED = re.compile(
    r"(?i)((?:token|secret|signature|password|authorization|auth_key)[\"']?\s*[=:]\s*[\"']?)[^\s\"',&}]+"
)
# Tokens are long and have no plain parts; ids, names of classes and names of transfers do.
_LONG = re.compile(r"[A-Za-z0-9+/=_.:~-]{32,}")
_PLAIN = re.compile(r"[A-Za-z]{0,40}|[0-9a-f]{24}|\d{1,20}|[A-Za-z]{1,20}\d{1,6}")
_BETWEEN = re.compile(r"[/=_.:~-]")


def redacted(text: str) -> str:
    """Return the text without what is called a token or secret, or looks like one."""
    return _LONG.sub(_unless_plain, _NAMED.sub(rf"\g<1>{_HIDDEN}", text))


def _unless_plain(found: re.Match[str]) -> str:
    parts = _BETWEEN.split(found[0])
    return found[0] if all(_PLAIN.fullmatch(part) for part in parts) else _HIDDEN


def last_line(error: str, *, longest: int = 200) -> str:
    """Return the last line of a traceback, which says what went wrong, without secrets."""
    return redacted(error.strip().rpartition("\n")[2])[:longest]
