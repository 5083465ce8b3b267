"""What a sale promises binds: its show is long enough and starts in time, or everybody is refunded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals import sweeps
from goals.errors import (
    FundingNotReached,
    GoalNotActive,
    NbfTooFar,
    NotYourGoal,
    ShorterThanSold,
    StartsTooLate,
)
from goals.models import Goal
from goals.services import contributions, creation, sales
from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.services import ending
from tests.goals.stories import call_off, count, in_seconds, quick_show, sell
from tests.support.commands import run
from tests.support.matrix import events_of_goal
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import PATIENCE, go_on_stage
from wallet.errors import EscrowClosed
from wallet.models import Escrow
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

QUARTER = 900


@pytest.fixture
def sold(session, viewer):
    """A sale of a show of a minute that one viewer reached with two tickets."""
    return sell(session, viewer)


def assert_refunded(sale, viewer, because, outcome="refunded"):
    run_due()
    sale.refresh_from_db()
    escrow = Escrow.objects.get(pk=sale.escrow_id)
    assert (sale.ended_because, sale.outcome, sale.level) == (because, outcome, 1)
    assert (escrow.state, escrow.settled_at is not None) == ("refunded", True)
    assert (balance_of(user_id=viewer.pk), balance_of(user_id=sale.streamer_id)) == (1000, 0)
    assert verify_ledger() == []


def test_the_show_has_the_terms_of_its_sale(sold):
    assert (sold.terms_duration, sold.terms_start_within) == (60, settings.SHOW_START_WITHIN)
    assert sold.start_by == in_seconds(settings.SHOW_START_WITHIN)
    show = make_show(sold, target=60)
    assert (show.terms_duration, show.terms_start_within, show.start_by) == (60, QUARTER, sold.start_by)


def test_a_sale_that_is_missed_has_no_time_for_its_show(session, moving):
    funding = make_funding(session, seconds=60)
    pass_time(moving, seconds=60)
    funding.refresh_from_db()
    assert (funding.outcome, funding.start_by) == ("refunded", None)


def test_a_show_shorter_than_what_was_sold_is_refused(sold):
    with pytest.raises(ShorterThanSold) as refused:
        make_show(sold, target=59)
    assert refused.value.extra == {"duration": 60}
    assert make_show(sold, target=61).target == 61


def test_a_show_starts_in_time_or_is_refused(sold, moving):
    with pytest.raises(StartsTooLate) as refused:
        make_show(sold, nbf=sold.start_by + timedelta(seconds=1))
    assert refused.value.extra == {"start_by": clock.to_epoch(sold.start_by)}
    assert make_show(sold, nbf=sold.start_by).state == "scheduled"


@pytest.mark.parametrize("nbf", [None, -QUARTER])
def test_a_show_that_is_made_too_late_is_refused_whatever_its_nbf(sold, moving, nbf):
    moving.advance(seconds=QUARTER + 1)
    with pytest.raises(StartsTooLate):
        make_show(sold, nbf=None if nbf is None else in_seconds(nbf))


def test_a_sale_whose_show_is_not_made_in_time_is_refunded_to_the_second(sold, viewer, moving):
    pass_time(moving, seconds=QUARTER - 1)
    assert balance_of(user_id=viewer.pk) == 600
    pass_time(moving, seconds=1)
    assert_refunded(sold, viewer, "not_started")
    assert events_of_goal(sold.id)[-1] == "goal.changed"
    assert events_of_goal(sold.id).count("goal.ended") == 1
    with pytest.raises(StartsTooLate):
        make_show(sold)


@pytest.mark.parametrize("nbf", [None, QUARTER])
def test_a_show_that_is_made_in_time_is_not_touched_by_the_deadline(sold, viewer, moving, nbf):
    moving.advance(seconds=0 if nbf else QUARTER)
    show = make_show(sold, nbf=nbf and in_seconds(nbf))
    pass_time(moving, seconds=QUARTER if nbf else 0)
    go_on_stage(show)
    pass_time(moving, seconds=60 + PATIENCE)
    show.refresh_from_db()
    assert (show.outcome, balance_of(user_id=sold.streamer_id)) == ("completed", 400)


def test_a_deadline_whose_task_was_lost_is_found(sold, viewer, moving):
    OutboxMessage.objects.all().delete()
    moving.advance(seconds=QUARTER + 11)
    assert_refunded(sold, viewer, "not_started")


def test_support_settles_a_sale_that_missed_its_deadline(sold, viewer, moving):
    OutboxMessage.objects.all().delete()
    moving.advance(seconds=2 * QUARTER)
    assert run("settle_escrows", "--apply", "--json").told["matched"] == 1
    assert_refunded(sold, viewer, "not_started")


def test_a_sale_without_terms_is_given_a_deadline_when_it_is_reached(session, viewer, moving):
    funding = make_funding(session, target=400)
    Goal.objects.filter(pk=funding.pk).update(terms_duration=None, terms_start_within=None)
    buy(funding, viewer, 2)
    assert count(funding).start_by == in_seconds(settings.SHOW_START_WITHIN)
    assert make_show(funding, target=1).active


def test_a_sale_that_the_release_before_ended_is_given_a_deadline_from_now_on(sold, viewer, moving):
    Goal.objects.filter(pk=sold.pk).update(start_by=None)
    OutboxMessage.objects.all().delete()
    moving.advance(seconds=5 * QUARTER)
    sweeps.sales_to_be_shown()
    sold.refresh_from_db()
    assert sold.start_by == in_seconds(QUARTER)
    pass_time(moving, seconds=QUARTER)
    assert_refunded(sold, viewer, "not_started")


def test_where_every_sale_has_its_show_nothing_is_asked_for(session):
    quick_show(session)
    before = OutboxMessage.objects.count()
    sweeps.sales_to_be_shown()
    assert OutboxMessage.objects.count() == before


# Calling off.


def test_a_reached_sale_is_called_off_and_refunded(sold, viewer):
    call_off(sold)
    assert_refunded(sold, viewer, "cancelled", "cancelled")
    assert events_of_goal(sold.id)[-1] == "goal.changed"
    with pytest.raises(GoalNotActive):
        call_off(sold)
    with pytest.raises(FundingNotReached):
        make_show(sold)


def test_an_open_sale_that_is_called_off_ends_as_cancelled(session, viewer, moving):
    funding = make_funding(session, target=1000)
    buy(funding, viewer)
    call_off(funding)
    run_due()
    funding.refresh_from_db()
    assert (funding.ended_because, funding.outcome, funding.progress) == ("cancelled", "cancelled", 200)
    assert balance_of(user_id=viewer.pk) == 1000
    assert "goal.changed" not in events_of_goal(funding.id)


def test_tickets_that_nobody_counted_yet_are_called_off_with_the_sale(session, viewer):
    funding = make_funding(session, target=400)
    buy(funding, viewer, 2)
    call_off(funding)
    assert_refunded(funding, viewer, "cancelled", "cancelled")


def test_a_show_that_is_only_scheduled_ends_with_its_sale(sold, viewer, moving):
    show = make_show(sold, nbf=in_seconds(60))
    call_off(sold)
    assert_refunded(sold, viewer, "cancelled", "cancelled")
    show.refresh_from_db()
    assert (show.state, show.ended_because, show.outcome) == ("ended", "cancelled", "cancelled")
    pass_time(moving, seconds=QUARTER)
    assert "goal.started" not in events_of_goal(show.id)


@pytest.mark.parametrize("nbf", [None, 60])
def test_a_sale_cannot_be_called_off_once_its_show_has_started(sold, moving, nbf):
    show = make_show(sold, nbf=nbf and in_seconds(nbf))
    moving.advance(seconds=nbf or 0)  # the task that starts it is late
    with pytest.raises(GoalNotActive):
        call_off(sold)
    run_due()
    show.refresh_from_db()
    assert (show.state, Escrow.objects.get(pk=sold.escrow_id).state) == ("active", "open")


def test_nobody_else_calls_a_sale_off(sold):
    with pytest.raises(NotYourGoal):
        sales.cancel_goal(goal_id=sold.id, caller_id=make_user().pk, triggerer=None, now=clock.now())


def test_the_end_of_a_show_that_is_given_up_is_seen_on_its_sale(moving, viewer):
    show = quick_show()
    call_off(show)
    run_due()
    assert Goal.objects.get(pk=show.funding_goal_id).outcome == "refunded"
    assert events_of_goal(show.funding_goal_id)[-1] == "goal.changed"


def test_the_reason_of_a_called_off_sale_stays_when_its_session_ends(sold, viewer):
    call_off(sold)
    ending.deactivate_session(session_id=sold.session_id, now=clock.now())
    assert_refunded(sold, viewer, "cancelled", "cancelled")


# A time that lies too far ahead.


@pytest.mark.parametrize(("ahead", "error"), [(0, StartsTooLate), (1, NbfTooFar)])
def test_the_nbf_of_a_show_is_bounded(sold, ahead, error):
    with pytest.raises(error):
        make_show(sold, nbf=in_seconds(settings.SESSION_MAX_DURATION + ahead))


def test_the_nbf_of_a_karaoke_is_bounded(session):
    make = {"streamer_id": session.streamer_id, "session_id": session.id, "levels": [{"title": "A", "target": 9}]}
    with pytest.raises(NbfTooFar):
        creation.create_karaoke_goal(**make, nbf=in_seconds(settings.SESSION_MAX_DURATION + 1), now=clock.now())
    goal = creation.create_karaoke_goal(**make, nbf=in_seconds(settings.SESSION_MAX_DURATION), now=clock.now())
    assert goal.state == "scheduled"


# The end of the session: no ticket is sold any more.


@pytest.mark.parametrize("make", [lambda session: make_funding(session), lambda session: quick_show(session)])
def test_no_ticket_is_sold_after_the_commit_of_the_session_s_end(session, viewer, moving, make):
    goal = make(session)
    sale = goal.funding_goal or goal
    asked_at = clock.now()
    moving.advance(seconds=1)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    for now in (asked_at, clock.now()):  # also one that was asked for before, and comes late
        with pytest.raises(EscrowClosed):
            contributions.contribute(goal_id=sale.id, payer_id=viewer.pk, quantity=1, now=now)
    pass_time(moving, seconds=1)
    with pytest.raises(EscrowClosed):
        contributions.contribute(goal_id=sale.id, payer_id=viewer.pk, quantity=1, now=asked_at)
    assert balance_of(user_id=viewer.pk) == 1000
    assert verify_ledger() == []
