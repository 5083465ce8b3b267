"""What the tests of faults share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from livestream.outbox import performing
from tests.crashes import worlds
from tests.support.receivers import only_money
from wallet.services import refunds


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., worlds.World]:
    """Play flows in which the number of a statement means the same each time, and a few payers are several chunks."""
    only_money(monkeypatch)
    monkeypatch.setattr(performing, "_BATCH_SECONDS", 60)  # a batch never ends early because the machine is busy
    monkeypatch.setattr(refunds.refund_escrow_chunk, "__kwdefaults__", {"size": 2})
    return worlds.play
