"""What the tests of faults share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from livestream.outbox import performing
from tests.crashes import playing
from tests.support.receivers import only_money
from wallet.services import refunds


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., playing.Played]:
    """Play flows whose statements are the same each time, with refunds in chunks of two payers."""
    only_money(monkeypatch)
    monkeypatch.setattr(performing, "_BATCH_SECONDS", 60)  # a batch never ends early because the machine is busy
    monkeypatch.setattr(refunds.refund_escrow_chunk, "__kwdefaults__", {"size": 2})
    return playing.play
