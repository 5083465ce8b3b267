"""A show that nobody performs does not hold money forever (spec section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.models import Goal
from goals.types import GoalType
from livestream import clock
from tests.goals.stories import quick_show
from tests.support.endings import offering_session
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time
from tests.support.people import make_user
from tests.support.stage import PATIENCE, go_on_stage, leave_stage
from wallet.models import Escrow
from wallet.selectors import balance_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def read(goal):
    return Goal.objects.get(pk=goal.pk)


@pytest.mark.parametrize("nbf", [None, 60])
def test_a_show_that_nobody_performs_ends_after_its_longest_wait(session, moving, nbf):
    show = quick_show(session, nbf=nbf and in_seconds(nbf))
    pass_time(moving, seconds=(nbf or 0) + settings.SHOW_MAX_WAIT - 1)
    assert read(show).state == "active"
    pass_time(moving, seconds=1)
    assert (read(show).state, read(show).outcome) == ("ended", "refunded")
    assert Escrow.objects.get(pk=show.escrow_id).state == "refunded"


@pytest.mark.parametrize("seconds", [0.5, 1, 100])
def test_one_performed_second_begins_a_new_wait(session, moving, seconds):
    show = quick_show(session, target=600)
    moving.advance(seconds=60)
    go_on_stage(show)
    pass_time(moving, seconds=seconds)
    leave_stage(show)
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT - 1)
    assert read(show).state == ("active" if seconds >= 1 else "ended")
    pass_time(moving, seconds=1)
    assert (read(show).ended_because, read(show).outcome) == ("unperformed", "refunded")


def test_a_pause_is_measured_from_when_the_streamer_left_and_not_from_when_that_was_known(session, moving):
    show = quick_show(session, target=600)
    go_on_stage(show)
    left = in_seconds(30)
    pass_time(moving, seconds=100)
    leave_stage(show, at=left)
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT - 71)
    assert read(show).state == "active"
    pass_time(moving, seconds=1)
    assert read(show).ended_because == "unperformed"


def test_who_comes_back_in_time_performs_on(session, moving):
    show = quick_show(session, target=60)
    for seconds in (20, 20):
        go_on_stage(show)
        pass_time(moving, seconds=seconds)
        leave_stage(show)
        pass_time(moving, seconds=settings.SHOW_MAX_WAIT - 1)
    go_on_stage(show)
    pass_time(moving, seconds=20 + PATIENCE)
    assert read(show).outcome == "completed"


@pytest.mark.parametrize(("performed", "outcome", "paid"), [(0, "refunded", 0), (30, "split", 50)])
def test_a_1_on_1_that_is_paused_for_too_long_is_split(session, moving, performed, outcome, paid):
    viewer = make_user(coins=1000)
    goal = exclusive_of(agree(invite(offering_session(), viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    go_on_stage(goal)
    pass_time(moving, seconds=performed)
    leave_stage(goal)
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT)
    assert (read(goal).ended_because, read(goal).outcome) == ("unperformed", outcome)
    assert (balance_of(user_id=goal.streamer_id), balance_of(user_id=viewer.pk)) == (paid, 1000 - paid)


def test_who_is_on_stage_when_the_wait_is_over_performs_on(session, moving):
    show = quick_show(session, target=60)
    moving.advance(seconds=settings.SHOW_MAX_WAIT - 30)
    go_on_stage(show)
    pass_time(moving, seconds=59)
    assert read(show).state == "active"
    pass_time(moving, seconds=1 + PATIENCE)
    assert read(show).outcome == "completed"
