"""The errors of clipping. Support reads their texts, so no address in them is complete."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"\b(https?://)(?:[^/@\s]*@)?([^/\s?#]*)\S*", re.IGNORECASE)


class ClipFailed(Exception):
    """A clip could not be cut now; a later attempt may do better."""


class ClipImpossible(ClipFailed):
    """A clip cannot be cut until a person has changed something."""


def without_addresses(text: str) -> str:
    """Return `text` with only the hosts of its URLs: paths and queries may hold a token."""
    return _ADDRESS.sub(r"\1\2/…", text)
