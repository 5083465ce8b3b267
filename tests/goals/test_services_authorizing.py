"""Until when one may watch what was paid for: no longer than it goes on."""

from __future__ import annotations

import pytest

from goals.services.authorizing import grant_exp
from livestream import clock
from tests.support import endings

pytestmark = pytest.mark.django_db
OVER = [
    endings.show_performed,
    endings.show_cut_short,
    endings.private_agreed,
    endings.one_on_one_performed,
    endings.one_on_one_cut_short,
]


@pytest.mark.parametrize("story", OVER, ids=lambda story: story.__name__)
def test_what_is_over_grants_nothing_however_much_of_it_was_not_performed(story):
    with clock.frozen() as moving:
        goal = story(moving)
        moving.advance(seconds=1)
        assert grant_exp(goal=goal, now=moving.at) <= goal.ended_at
