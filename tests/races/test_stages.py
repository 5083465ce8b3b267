"""A leaving that comes within the patience, while the performance completes: one of the two is first."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from goals.models import PerformanceMark
from goals.services import performance
from livestream import clock
from tests.goals.stories import quick_show
from tests.races import rounds
from tests.races.rounds import ROUNDS, coins_of, race
from tests.support.matrix import events_of_goal
from tests.support.stage import PATIENCE, go_on_stage, leave_stage

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_leaving_within_the_patience_takes_the_seconds_back_or_comes_too_late(moving):
    shows, paid = [quick_show(target=60) for _ in range(ROUNDS)], []
    for show in shows:
        go_on_stage(show)
        left = clock.now() + timedelta(seconds=59)
        moving.advance(seconds=60 + PATIENCE)
        complete = partial(performance.complete_performance, goal_id=show.id, now=clock.now())
        race(partial(leave_stage, show, at=left, source="late"), complete)
        show.refresh_from_db()
        in_time = PerformanceMark.objects.get(goal=show, source="late").in_time
        assert (show.progress, show.state) == ((59, "active") if in_time else (60, "ended"))
        assert events_of_goal(show.id).count("goal.completed") == (0 if in_time else 1)
        paid.append(0 if in_time else 400)
    rounds.settle(moving)
    assert [coins_of(show.streamer_id) for show in shows] == paid
