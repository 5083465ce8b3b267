"""Ids that follow from a seed: work of one moment is done in the order of its ids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from unittest.mock import patch

from livestream import clock, ids


@contextmanager
def seeded_ids(seed: int) -> Iterator[None]:
    """Make all ids of the clock's time and of this seed, so that a life can be lived again."""
    random = Random(seed)  # noqa: S311 - it only has to be the same again
    drawn = SimpleNamespace(token_hex=lambda size: random.randbytes(size).hex())
    ticking = SimpleNamespace(time=lambda: clock.now().timestamp())
    with patch.multiple(ids, secrets=drawn, time=ticking):
        yield
