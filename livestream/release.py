"""A digest of the code, so that no process serves a document that another release has cached."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from django.conf import settings

_ROOT = Path(__file__).parents[1]


@functools.cache
def digest() -> str:
    """Return 16 hexadecimal digits that differ with each change of the apps' code, read when the process starts.

    Cached documents and ETags contain it. So during a rolling release no process answers with what another
    release has cached.
    """
    found = hashlib.sha256()
    for folder in ("livestream", "wallet", "sessions_app", "goals", "notifications"):
        for module in sorted((_ROOT / folder).rglob("*.py")):
            found.update(module.read_bytes())
    # Prices in documents depend on this setting.
    found.update(str(settings.INVITATION_MIN_DURATION).encode())
    return found.hexdigest()[:16]


def fingerprint(*parts: object) -> str:
    """Return 32 hexadecimal digits that these parts, and the code that makes documents of them, determine."""
    return hashlib.sha256(repr((digest(), *parts)).encode()).hexdigest()[:32]
