"""A show that nobody performs does not hold money forever (spec section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.models import Goal
from livestream import clock
from tests.goals.stories import quick_show
from tests.support.outbox import pass_time
from tests.support.stage import go_on_stage, leave_stage
from wallet.models import Escrow

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("seconds", [0.5, 1])
def test_one_performed_second_is_enough_to_wait_on(session, moving, seconds):
    show = quick_show(session)
    go_on_stage(show)
    moving.advance(seconds=seconds)
    leave_stage(show)
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT)
    assert read(show).state == ("active" if seconds == 1 else "ended")


def test_who_is_on_stage_when_the_wait_is_over_performs_on(session, moving):
    show = quick_show(session, target=60)
    moving.advance(seconds=settings.SHOW_MAX_WAIT - 30)
    go_on_stage(show)
    pass_time(moving, seconds=59)
    assert read(show).state == "active"
    pass_time(moving, seconds=1)
    assert read(show).outcome == "completed"
