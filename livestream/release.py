"""Which code this is: what one release has made of a version, another one may make differently."""

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
    # The price of an invitation follows from it.
    found.update(str(settings.INVITATION_MIN_DURATION).encode())
    return found.hexdigest()[:16]
