"""Performing: from the stage's webhooks to seconds of progress (spec section 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.endings import EndedBecause
from goals.models import Goal, PerformanceInterval, PerformanceMark
from goals.services import lifecycle, performance
from livestream import clock, ids
from tests.goals.stories import perform_at, quick_show
from tests.support.matrix import events_of_goal, last_event
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_user
from tests.support.stage import PATIENCE, go_on_stage, leave_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(moving):
    return quick_show(target=60)


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def progress_of(goal):
    goal.refresh_from_db()
    return goal.progress


def test_the_goal_completes_as_soon_as_no_webhook_can_take_its_target_back(moving, show):
    go_on_stage(show)
    assert perform_at(show) == in_seconds(60 + PATIENCE)
    pass_time(moving, seconds=60 + PATIENCE - 0.001)
    assert (progress_of(show), show.state) == (0, "active")
    pass_time(moving, seconds=0.001)
    assert (progress_of(show), show.state, show.outcome, show.exp) == (60, "ended", "completed", clock.now())


def test_after_a_pause_only_what_is_left_has_to_be_performed(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=20.5)
    leave_stage(show)
    pass_time(moving, seconds=1000)
    go_on_stage(show)
    pass_time(moving, seconds=39)
    assert show.state == "active"
    pass_time(moving, seconds=0.5 + PATIENCE)
    assert (progress_of(show), show.state) == (60, "ended")


@pytest.mark.parametrize("leaves", [True, False])
def test_seconds_beyond_the_target_are_not_counted(moving, show, leaves):
    go_on_stage(show)
    moving.advance(seconds=90)  # nobody was at work meanwhile
    if leaves:
        leave_stage(show)
    run_due()
    assert (progress_of(show), show.state) == (60, "ended")
    assert last_event("goal.progressed", goal_id=show.id).amount == 60
    assert events_of_goal(show.id).count("goal.completed") == 1


def test_who_waits_on_stage_before_the_start_performs_from_the_start_on(moving):
    show = quick_show(target=60, nbf=in_seconds(100))
    go_on_stage(show)
    pass_time(moving, seconds=159)
    assert (progress_of(show), show.state, show.stage_started) == (0, "active", show.nbf)
    pass_time(moving, seconds=1 + PATIENCE)
    assert (progress_of(show), show.state) == (60, "ended")


def test_coming_before_the_start_and_leaving_before_it_is_no_performance(moving):
    show = quick_show(nbf=in_seconds(100))
    go_on_stage(show)
    pass_time(moving, seconds=10)
    leave_stage(show)
    pass_time(moving, seconds=100)
    assert progress_of(show) == 0
    assert not PerformanceInterval.objects.filter(closed_at=None).exists()


def test_nobody_else_s_coming_and_going_counts(moving, show):
    other = make_user().pk
    for who, joined in ((other, True), (None, True), (other, False)):
        assert not mark(show.id, who, joined)
        moving.advance(seconds=30)
    assert progress_of(show) == 0
    assert not PerformanceMark.objects.exists()


def mark(goal_id, user_id, joined):
    return performance.mark_stage(
        goal_id=goal_id, user_id=user_id, at=clock.now(), joined=joined, source=ids.new_id(), now=clock.now()
    )


@pytest.mark.parametrize("which", ["funding", "ended", "unknown"])
def test_a_goal_that_is_not_performed_has_no_stage(moving, show, which):
    if which == "ended":
        lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    goal_id = {"funding": show.funding_goal_id, "ended": show.id, "unknown": "0" * 24}[which]
    assert not mark(goal_id, show.streamer_id, joined=True)
    assert not PerformanceMark.objects.exists()


def test_a_webhook_from_the_future_counts_from_now(moving, show):
    go_on_stage(show, at=in_seconds(30))
    pass_time(moving, seconds=10)
    leave_stage(show)
    assert progress_of(show) == 10


def test_a_leaving_that_becomes_known_late_takes_seconds_back_but_no_level(moving, show):
    Goal.objects.filter(pk=show.pk).update(levels=[{"title": "Song", "target": 20}, {"title": "Encore", "target": 90}])
    go_on_stage(show)
    left = in_seconds(15)
    pass_time(moving, seconds=40)
    assert (progress_of(show), show.level) == (20, 1)
    leave_stage(show, at=left)
    assert (progress_of(show), show.level, show.state) == (15, 1, "active")
    assert last_event("goal.progressed", goal_id=show.id).amount == -5
    go_on_stage(show)
    pass_time(moving, seconds=75 + PATIENCE)
    assert (progress_of(show), show.state) == (90, "ended")
    assert events_of_goal(show.id).count("goal.completed") == 2


def test_the_goal_shows_what_was_last_on_stage_and_not_what_arrived_last(moving, show):
    entered, left = in_seconds(10), in_seconds(20)
    moving.advance(seconds=30)
    leave_stage(show, at=left)
    go_on_stage(show, at=entered)
    assert progress_of(show) == 10
    assert (show.stage_started, show.stage_paused, show.stage_updated) == (entered, left, left)


def test_on_stage_again_is_shown_as_not_paused(moving, show):
    go_on_stage(show)
    moving.advance(seconds=10)
    leave_stage(show)
    left = clock.now()
    moving.advance(seconds=10)
    go_on_stage(show)
    show.refresh_from_db()
    assert (show.stage_started, show.stage_paused, show.stage_updated) == (clock.now(), None, left)


def test_nothing_is_planned_any_more_once_a_show_is_over(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=60 + PATIENCE)
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT)
    assert pending_actors() == []


def test_a_streamer_who_comes_and_goes_all_the_time_costs_the_same_each_time(moving):
    """What was on stage before is neither written again nor asked for with more queries."""
    show = quick_show(target=10_000)

    def flap():
        with CaptureQueriesContext(connection) as queries:
            go_on_stage(show)
            moving.advance(seconds=0.2)
            leave_stage(show)
            moving.advance(seconds=0.2)
        return len(queries)

    first = [flap() for _ in range(10)][-1]
    before = list(show.intervals.order_by("opened_at").values_list("id", flat=True))
    later = [flap() for _ in range(40)][-1]
    after = list(show.intervals.order_by("opened_at").values_list("id", flat=True))
    assert after[: len(before)] == before
    assert (len(before), len(after)) == (10, 50)
    assert later == first
