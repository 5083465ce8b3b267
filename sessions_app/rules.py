"""Rules of sessions that need no database."""

from __future__ import annotations

QUALITIES = ("sd", "exclusive")
HIGHEST_RATE = 10**9

# Given to every post that a completed show leaves behind (seed 002).
CLIP_TAGS = ("feed:shorts_livestream", "bypass:review")
CLIP_BAN = "banned:livestream:create_clip"

_SECONDS_A_MINUTE = 60


def price_of(*, rate: int, duration: int) -> int:
    """Return what `duration` seconds cost at `rate` coins a minute, rounded up (spec section 5)."""
    return -(-rate * duration // _SECONDS_A_MINUTE)
