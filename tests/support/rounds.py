"""How many rounds random and concurrent tests run: a few, or all with TEST_ROUNDS=full.

`.ci/run` plays all. A variable of one test, such as RACE_ROUNDS or WHOLE_LIFE, overrides both.
"""

from __future__ import annotations

import os

FULL = os.environ.get("TEST_ROUNDS", "") == "full"
# Without TEST_ROUNDS=full, a fifth of the rounds is run, but not fewer than three.
_DIVISOR, _FEWEST = 5, 3


def rounds(number: int, *, few: int | None = None) -> int:
    """Return this number of rounds, or without TEST_ROUNDS=full `few` of them, by default a fifth, at least three."""
    if FULL:
        return number
    return min(number, max(_FEWEST, number // _DIVISOR) if few is None else few)
