"""Why a clip is not there. The texts are what support reads: no address in them is whole."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"\b(https?://)(?:[^/@\s]*@)?([^/\s?#]*)\S*", re.IGNORECASE)


class ClipFailed(Exception):
    """A clip could not be cut now; a later attempt may do better."""


class ClipImpossible(ClipFailed):
    """A clip cannot be cut until a person has changed something."""


def without_addresses(text: str) -> str:
    """Keep only the hosts of web addresses: their paths and queries may hold somebody's token."""
    return _ADDRESS.sub(r"\1\2/…", text)
