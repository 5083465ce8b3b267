"""What the tests of stories share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from livestream import clock
from tests.story.desk import Desk, desk_of

NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def moving():
    """The clock of the whole process, standing still at eight in the evening."""
    with clock.frozen(NOW) as moving:
        yield moving


@pytest.fixture
def desk(db, client) -> Desk:
    """Support staff who may look at everything."""
    return desk_of(client)
