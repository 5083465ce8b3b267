"""Rules of sessions that need no database."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The qualities that have a price: a private show is seen in `sd`, a 1-on-1 has its own.
SD_QUALITY, EXCLUSIVE_QUALITY = "sd", "exclusive"
HIGHEST_RATE = 10**9

# Given to every post that a completed show leaves behind (seed 002).
CLIP_TAGS = ("feed:shorts_livestream", "bypass:review")
CLIP_BAN = "banned:livestream:create_clip"
DRAFT_TAGS = ("drafts", "beta", "no_exposure")

_SECONDS_A_MINUTE = 60
# What BytePlus takes as the id of a room, a user or a task.
_LONGEST_RTC_ID = 128
_RTC_ID = re.compile(r"[a-zA-Z0-9_@\-.]+")


def price_of(*, rate: int, duration: int) -> int:
    """Return what `duration` seconds cost at `rate` coins a minute, rounded up (spec section 5)."""
    return -(-rate * duration // _SECONDS_A_MINUTE)


def is_rtc_id(text: object, *, longer: int = 0) -> bool:
    """Return whether BytePlus takes `text`, and `longer` characters more, as the id of a room, a user or a task."""
    return isinstance(text, str) and _RTC_ID.fullmatch(text) is not None and len(text) + longer <= _LONGEST_RTC_ID


def tags_of_clip(*, of_user: Iterable[str], asked: Iterable[str]) -> list[str]:
    """Return the tags of a clip's post: a draft's, its streamer's, and those asked for (seed 002)."""
    return list(dict.fromkeys([*DRAFT_TAGS, *sorted(of_user), *asked]))
