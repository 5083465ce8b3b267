"""The session is over: who is on stage may finish within the grace, nobody else (spec section 5)."""

from __future__ import annotations

from functools import partial

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from goals.services import lifecycle, performance
from livestream import clock
from sessions_app.services import ending
from tests.goals.stories import quick_show
from tests.support.outbox import pass_time, run_due
from tests.support.stage import PATIENCE, go_on_stage, leave_stage
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(moving):
    return quick_show(target=60)


def end_session(goal):
    ending.deactivate_session(session_id=goal.session_id, now=clock.now())
    run_due()


def progress_of(goal):
    goal.refresh_from_db()
    return goal.progress


def test_nobody_comes_on_after_the_session_ended(moving, show):
    end_session(show)
    moving.advance(seconds=1)
    go_on_stage(show)
    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    assert (progress_of(show), show.outcome) == (0, "refunded")


def test_coming_on_before_the_end_counts_though_it_becomes_known_later(moving, show):
    entered = clock.now()
    moving.advance(seconds=10)
    end_session(show)
    moving.advance(seconds=10)
    go_on_stage(show, at=entered)
    pass_time(moving, seconds=40 + PATIENCE)
    assert (progress_of(show), show.outcome) == (60, "completed")


def test_who_is_on_when_the_session_ends_performs_on_within_the_grace(moving):
    show = quick_show(target=settings.SHOW_END_GRACE + 10)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    end_session(show)
    pass_time(moving, seconds=settings.SHOW_END_GRACE + PATIENCE)
    assert (progress_of(show), show.outcome) == (settings.SHOW_END_GRACE + 10, "completed")


end_with_session = partial(lifecycle.deactivate_goal, because=EndedBecause.SESSION_ENDED)


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize("who_looks", [performance.complete_performance, end_with_session])
def test_the_grace_is_as_long_as_it_is_also_where_its_end_is_noticed_late(moving, leaves, who_looks):
    show = quick_show(target=settings.SHOW_END_GRACE + 11)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    end_session(show)
    moving.advance(seconds=settings.SHOW_END_GRACE + 60)
    if leaves:
        leave_stage(show)
    who_looks(goal_id=show.id, now=clock.now())
    run_due()
    assert (progress_of(show), show.outcome) == (settings.SHOW_END_GRACE + 10, "refunded")
    assert balance_of(user_id=show.streamer_id) == 0


def test_a_show_outlives_its_session_by_the_grace_and_no_more_though_the_end_is_handled_late(moving, show):
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    moving.advance(seconds=settings.SHOW_END_GRACE)
    run_due()
    show.refresh_from_db()
    assert show.state == "ended"
