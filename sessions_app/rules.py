"""Rules of sessions that need no database."""

from __future__ import annotations

import re

QUALITIES = ("sd", "exclusive")
HIGHEST_RATE = 10**9

# Given to every post that a completed show leaves behind (seed 002).
CLIP_TAGS = ("feed:shorts_livestream", "bypass:review")
CLIP_BAN = "banned:livestream:create_clip"

_SECONDS_A_MINUTE = 60
# What BytePlus takes as the id of a room, a user or a task.
_RTC_ID = re.compile(r"[a-zA-Z0-9_@\-.]{1,128}")


def price_of(*, rate: int, duration: int) -> int:
    """Return what `duration` seconds cost at `rate` coins a minute, rounded up (spec section 5)."""
    return -(-rate * duration // _SECONDS_A_MINUTE)


def is_rtc_id(text: object) -> bool:
    """Tell whether BytePlus takes `text` as the id of a room, a user or a task."""
    return isinstance(text, str) and _RTC_ID.fullmatch(text) is not None
