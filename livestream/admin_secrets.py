"""Keeping tokens and secrets off the pages of support."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "(hidden)"
_SECRET = re.compile(r"token|secret|password|signature|authorization|credential|private_key|(^|_)auth$|sdp", re.I)
_SIGNED = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]+|(?i:(?:\w*(?:token|secret|password|signature)\w*)[\"']?\s*[=:]\s*[\"']?[^\s&\"',}]+)"
)


def without_secrets(value: Any) -> Any:
    """Return JSON with every value hidden whose name says that it is secret, however deep it lies."""
    if isinstance(value, dict):
        return {name: HIDDEN if _hides(name, inner) else without_secrets(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return text_without_secrets(value) if isinstance(value, str) else value


def text_without_secrets(text: str) -> str:
    """Return a text, such as a traceback, without what looks like a token or a named secret."""
    return _SIGNED.sub(HIDDEN, text)


def _hides(name: str, value: Any) -> bool:
    return bool(_SECRET.search(str(name))) and value not in (None, "", [], {})
