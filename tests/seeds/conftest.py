"""Every seed is played on a clock that stands still."""

import pytest

from livestream import clock
from tests.notifications.pusher_server import pusher_server

__all__ = ["pusher_server"]


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving
