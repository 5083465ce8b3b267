"""What the relay finds although nobody told it (spec section 10: what is due happens)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals import sweeps
from goals.models import Goal
from livestream import clock
from livestream.models import OutboxMessage
from tests.goals.stories import forget_effects, quick_show
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session
from tests.support.shows import buy
from wallet.models import PendingCredit
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db


def lose_all_tasks():
    OutboxMessage.objects.all().delete()


def waiting(actor):
    return OutboxMessage.objects.filter(actor=actor)


def state_of(goal):
    return Goal.objects.get(pk=goal.pk).state


def test_purchases_are_counted_without_being_asked_for(session, viewer):
    funding = make_funding(session)
    buy(funding, viewer)
    lose_all_tasks()
    run_due()
    funding.refresh_from_db()
    assert funding.progress == 200
    assert not PendingCredit.objects.exists()


def test_counting_is_asked_for_once_an_escrow(viewer, session):
    for funding in (make_funding(session), make_funding(make_session())):
        for _ in range(2):
            buy(funding, viewer)
    for _ in range(2):
        sweeps.contributions_to_count()
    assert waiting("count_contributions").count() == 2


@pytest.mark.parametrize("sweep", [sweeps.contributions_to_count, sweeps.overdue_goals])
def test_where_nothing_is_due_nothing_is_asked_for(session, sweep):
    forget_effects(make_funding(session, seconds=60))
    before = OutboxMessage.objects.count()
    sweep()
    assert OutboxMessage.objects.count() == before


def test_a_goal_whose_end_was_lost_is_ended_within_seconds(session, moving):
    funding = make_funding(session, seconds=60)
    lose_all_tasks()
    moving.advance(seconds=60)
    run_due()
    assert state_of(funding) == "active"  # its own task is given a moment
    moving.advance(seconds=11)
    run_due()
    assert state_of(funding) == "ended"


def test_a_goal_whose_start_was_lost_is_started_within_seconds(session, moving):
    show = quick_show(session, nbf=clock.now() + timedelta(seconds=60))
    lose_all_tasks()
    moving.advance(seconds=71)
    run_due()
    show.refresh_from_db()
    assert (show.state, show.started_at) == ("active", show.nbf)


def test_a_week_off_is_made_up_for(session, moving, viewer):
    funding = make_funding(session, target=400, seconds=60)
    buy(funding, viewer, 2)
    lose_all_tasks()
    moving.advance(seconds=7 * 24 * 3600)
    run_due()
    funding.refresh_from_db()
    # Reached, and then given back: its session was forgotten as well, and got no show.
    assert (funding.state, funding.level, funding.outcome) == ("ended", 1, "refunded")
    assert balance_of(user_id=viewer.pk) == 1000


def test_an_overdue_goal_is_asked_for_once_until_it_is_done(session, moving):
    funding = make_funding(session, seconds=60)
    moving.advance(seconds=71)
    for _ in range(3):
        sweeps.overdue_goals()
    assert waiting("deactivate_goal").filter(key=f"expired:{funding.id}").count() == 1


def test_goals_that_ended_are_not_overdue(session, moving):
    make_funding(session, seconds=60)
    pass_time(moving, seconds=120)
    sweeps.overdue_goals()
    assert not waiting("deactivate_goal").filter(key__isnull=False).exists()
