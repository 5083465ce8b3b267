"""Splitting the bytes of a JSON object or list into its parts, without parsing the parts.

A parser refuses the whole document because of one malformed part: a string that is not UTF-8, a number
of 5,000 digits, or nesting that is deeper than its stack. This module finds where each part begins and
ends, without recursion, so that each part can be parsed or skipped separately.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_WHITESPACE = b" \t\n\r"
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Text and strings without structure, then one structural character. Possessive, so there is no backtracking.
_PLAIN = rb'[^"\[\]{},]*+'
_NEXT = re.compile(_PLAIN + rb"(?:" + _TEXT + _PLAIN + rb")*+([\[\]{},])", re.DOTALL)
_MEMBER = re.compile(rb"\s*+(" + _TEXT + rb")\s*+:\s*+", re.DOTALL)


class BrokenJSON(ValueError):
    """The bytes are not one complete JSON object or list."""


def members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the raw value of each member of an object, in order, duplicates included.

    A name that cannot be parsed is "". Raises BrokenJSON if `raw` is no object.
    """
    for part in _parts(raw, b"{", b"}"):
        named = _MEMBER.match(part)
        if named is None:
            raise BrokenJSON("a member has no name")
        yield _name(named[1]), part[named.end() :].rstrip(_WHITESPACE)


def items(raw: bytes) -> list[bytes]:
    """Return the raw items of a list, in order; raises BrokenJSON if `raw` is no list."""
    return [part.strip(_WHITESPACE) for part in _parts(raw, b"[", b"]")]


def _parts(raw: bytes, opening: bytes, closing: bytes) -> list[bytes]:
    """Split at the commas directly inside the outermost brackets."""
    raw = raw.strip(_WHITESPACE)
    if raw[:1] != opening or raw[-1:] != closing:
        raise BrokenJSON(f"it does not begin with {opening!r} and end with {closing!r}")
    parts, depth, start, end = [], 0, 1, 0
    for found in _NEXT.finditer(raw):
        if found.start() != end or (end and not depth):
            raise BrokenJSON("a text does not end, or something follows the end")
        end, kind = found.end(), found[1]
        if kind in b"[{":
            depth += 1
        elif kind in b"]}":
            depth -= 1
        elif depth == 1:
            parts.append(raw[start : end - 1])
            start = end
    if depth or end != len(raw):
        raise BrokenJSON("it has no end")
    last = raw[start:-1]
    return [*parts, last] if parts or last.strip(_WHITESPACE) else []


def _name(raw: bytes) -> str:
    try:
        return str(json.loads(raw))
    except ValueError:
        return ""
