"""Every seed is played on a clock that stands still."""

import pytest

from livestream import clock


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving
