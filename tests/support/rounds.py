"""How often tests repeat what they play at random, or at once: a few rounds, or all of them with TEST_ROUNDS=full.

`.ci/run` plays all. A variable of one test, such as RACE_ROUNDS or WHOLE_LIFE, is stronger than both.
"""

from __future__ import annotations

import os

FULL = os.environ.get("TEST_ROUNDS", "") == "full"
# The part of the rounds that is played without TEST_ROUNDS=full, and its least.
_PART, _LEAST = 5, 3


def rounds(number: int, *, few: int | None = None) -> int:
    """Return this number of rounds, or without TEST_ROUNDS=full `few` of them, by default a fifth."""
    if FULL:
        return number
    return min(number, max(_LEAST, number // _PART) if few is None else few)
