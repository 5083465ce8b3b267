"""Leavings that are late, lost or nobody's: nobody is paid for a second that was not performed (spec section 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from goals.models import PerformanceMark
from goals.representation import public_goal
from goals.representation.time_left import time_left
from goals.services import lifecycle, performance
from livestream import clock
from livestream.models import EventRecord
from tests.goals.stories import quick_show
from tests.support.endings import make_karaoke
from tests.support.matrix import events_of_goal
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_session
from tests.support.realtime import answering
from tests.support.stage import PATIENCE, empty, go_on_stage, leave_stage
from wallet.models import Escrow
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(moving):
    return quick_show(target=60)


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def read(goal):
    goal.refresh_from_db()
    return goal


def cancel(goal):
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())


def earned(goal):
    return balance_of(user_id=goal.streamer_id)


def test_a_leaving_from_before_the_target_that_comes_within_the_patience_takes_the_seconds_back(moving, show):
    go_on_stage(show)
    left = in_seconds(59)
    pass_time(moving, seconds=60 + PATIENCE - 0.5)
    leave_stage(show, at=left)
    pass_time(moving, seconds=60)
    assert (read(show).progress, show.state, earned(show)) == (59, "active", 0)
    cancel(show)
    run_due()
    assert (read(show).outcome, earned(show)) == ("cancelled", 0)
    assert Escrow.objects.get(pk=show.escrow_id).state == "refunded"


def test_one_that_comes_later_is_kept_and_changes_nothing(moving, show):
    go_on_stage(show)
    left = in_seconds(59)
    pass_time(moving, seconds=60 + PATIENCE)
    leave_stage(show, at=left, source="late")
    run_due()
    assert (read(show).progress, show.outcome, earned(show)) == (60, "completed", 400)
    assert not PerformanceMark.objects.get(source="late").in_time


def test_one_that_moves_only_the_time_when_it_is_due_raises_the_version_and_is_told(moving, show):
    start = clock.now()
    for seconds, act in ((0, go_on_stage), (10, leave_stage), (20, go_on_stage)):
        moving.move_to(start + timedelta(seconds=seconds))
        act(show)
        run_due()
    moving.move_to(start + timedelta(seconds=30))
    before, told = read(show).version, changes_of(show)
    due_at = time_left(show)["due_at"]
    leave_stage(show, at=start + timedelta(seconds=5))
    run_due()
    assert read(show).performed == 10
    assert time_left(show)["due_at"] == due_at + 5
    assert show.version > before
    assert len(changes_of(show)) == len(told) + 1
    last_updated = changes_of(show)[-1]["context"]["last_updated"]
    assert last_updated == public_goal(show)["context"]["last_updated"] == clock.to_epoch(start) + 5


def changes_of(goal):
    """Return the payloads of what was published as a change of the goal, oldest first."""
    records = EventRecord.objects.filter(goal_id=goal.id, name="goal.changed").order_by("position")
    return list(records.values_list("payload", flat=True))


def test_a_repeat_of_what_came_too_late_is_kept_once(moving, show):
    go_on_stage(show)
    left = in_seconds(59)
    pass_time(moving, seconds=60 + PATIENCE)
    for _ in range(2):
        leave_stage(show, at=left, source="late")
    assert PerformanceMark.objects.filter(in_time=False).count() == 1


def test_that_the_streamer_goes_home_after_the_end_is_no_doubt_about_the_show(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=60 + PATIENCE + 1)
    leave_stage(show)
    assert PerformanceMark.objects.filter(goal=show).count() == 1


def test_who_is_known_to_have_left_at_the_target_or_later_need_not_wait(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=60)
    assert read(show).state == "active"
    leave_stage(show)
    assert (read(show).progress, show.outcome, show.ended_at) == (60, "completed", clock.now())


def test_a_song_is_complete_as_soon_as_no_webhook_can_take_it_back(moving):
    karaoke = make_karaoke(make_session())
    go_on_stage(karaoke)
    left = in_seconds(9)
    pass_time(moving, seconds=10 + PATIENCE - 1)
    assert (read(karaoke).level, karaoke.progress) == (0, 0)
    leave_stage(karaoke, at=left)
    assert (read(karaoke).level, karaoke.progress) == (0, 9)
    go_on_stage(karaoke)
    pass_time(moving, seconds=1 + PATIENCE)
    assert (read(karaoke).level, karaoke.progress) == (1, 10)
    assert events_of_goal(karaoke.id).count("goal.completed") == 1


def test_an_empty_stage_has_nobody_on_it(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=20)
    empty(show)
    pass_time(moving, seconds=60)
    assert (read(show).progress, show.state, show.stage_paused) == (20, "active", in_seconds(-60))


def test_two_webhooks_about_one_leaving_count_once(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=20)
    leave_stage(show)
    empty(show)
    go_on_stage(show, at=in_seconds(5))
    assert read(show).progress == 20


def test_the_streamer_calls_off_what_may_be_complete_and_it_completes(moving, show):
    go_on_stage(show)
    pass_time(moving, seconds=61)
    cancel(show)
    assert read(show).state == "active"
    pass_time(moving, seconds=PATIENCE - 1)
    assert (read(show).outcome, earned(show)) == ("completed", 400)


@pytest.mark.parametrize("left_before", [True, False])
def test_an_end_waits_for_a_leaving_that_may_be_on_its_way(moving, show, left_before):
    go_on_stage(show)
    left = in_seconds(50)
    pass_time(moving, seconds=60)
    because = EndedBecause.SESSION_ENDED
    assert not lifecycle.deactivate_goal(goal_id=show.id, because=because, now=clock.now())
    if left_before:
        leave_stage(show, at=left)
    pass_time(moving, seconds=PATIENCE + 1)
    assert read(show).ended_because == ("session_ended" if left_before else "completed")
    assert earned(show) == (0 if left_before else 400)


def decided_by(moving, show, decide):
    """Decide about a show whose streamer's leaving after 20 s was accepted, and not worked off yet."""
    go_on_stage(show)
    left = in_seconds(20)
    with answering() as server:
        server.accept(lambda: leave_stage(show, at=left))
        moving.advance(seconds=60 + PATIENCE)
        decide(goal_id=show.id, now=clock.now())
        assert {show.id, show.streamer_id} in server.worked_off


def test_what_was_accepted_decides_whether_a_performance_is_complete(moving, show):
    decided_by(moving, show, performance.complete_performance)
    assert (read(show).progress, show.state) == (20, "active")


@pytest.mark.parametrize("because", [EndedBecause.SESSION_ENDED, EndedBecause.CANCELLED, EndedBecause.ENDED_BY_SUPPORT])
def test_what_was_accepted_decides_how_a_goal_ends(moving, show, because):
    decided_by(moving, show, lambda **facts: lifecycle.deactivate_goal(because=because, **facts))
    assert (read(show).progress, show.ended_because) == (20, because)
    run_due()
    assert earned(show) == 0


def test_a_join_that_was_accepted_keeps_a_show_from_being_given_up(moving, show):
    came = in_seconds(settings.SHOW_MAX_WAIT - 30)
    with answering() as server:
        server.accept(lambda: go_on_stage(show, at=came))
        moving.advance(seconds=settings.SHOW_MAX_WAIT)
        assert not lifecycle.deactivate_unperformed_show(goal_id=show.id, now=clock.now())
    assert read(show).state == "active"


@pytest.mark.parametrize(("start", "end", "seconds"), [(0, 100, 20), (0, 10, 5), (10, 12, 2), (30, 60, 5), (26, 54, 0)])
def test_the_seconds_between_two_moments(moving, show, start, end, seconds):
    begun = clock.now()
    for came, left in ((5, 20), (55, 60)):
        moving.move_to(begun + timedelta(seconds=came))
        go_on_stage(show)
        moving.move_to(begun + timedelta(seconds=left))
        leave_stage(show)
    span = {"start": begun + timedelta(seconds=start), "end": begun + timedelta(seconds=end)}
    assert performance.performed_between(goal=show, now=in_seconds(60), **span) == seconds


def test_the_open_interval_counts_between_two_moments_until_now(moving, show):
    begun = clock.now()
    go_on_stage(show)
    moving.advance(seconds=10.5)
    span = {"start": begun, "end": begun + timedelta(seconds=60)}
    assert performance.performed_between(goal=show, now=clock.now(), **span) == 10
