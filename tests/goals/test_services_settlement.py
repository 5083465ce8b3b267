"""What becomes of the money, however a sale or a show ends; nothing may hang or double."""

from datetime import timedelta

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from goals.errors import FundingNotReached
from goals.models import Goal
from goals.services import contributions, lifecycle, settlement
from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.services import ending
from tests.goals.stories import count, quick_show, sold_out
from tests.support.matrix import events_of_goal
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import PATIENCE, go_on_stage
from wallet.errors import EscrowClosed
from wallet.models import Escrow, PendingCredit
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def end(goal):
    return lifecycle.deactivate_goal(goal_id=goal.id, because=EndedBecause.SESSION_ENDED, now=clock.now())


def cancel(goal):
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer="", now=clock.now())


def end_session(goal):
    ending.deactivate_session(session_id=goal.session_id, now=clock.now())


def assert_given_back(funding, *viewers):
    run_due()
    funding.refresh_from_db()
    escrow = Escrow.objects.get(pk=funding.escrow_id)
    assert (escrow.state, escrow.settled_at is not None) == ("refunded", True)
    assert [balance_of(user_id=v.pk) for v in viewers] == [1000] * len(viewers)
    assert balance_of(user_id=funding.streamer_id) == 0
    assert_all_counted(funding)


def assert_all_counted(funding):
    funding.refresh_from_db()
    assert funding.progress == Escrow.objects.get(pk=funding.escrow_id).received
    assert not PendingCredit.objects.exists()
    assert not OutboxMessage.objects.exclude(failed_at=None).exists()
    assert verify_ledger() == []


def test_tickets_that_reach_the_target_in_the_last_moment_count_though_nobody_counted_yet(session, moving, viewer):
    funding = make_funding(session, target=400, seconds=100)
    moving.advance(seconds=99.9)
    buy(funding, viewer, 2)
    moving.advance(seconds=0.1)
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.EXPIRED, now=clock.now())
    funding.refresh_from_db()
    assert (funding.outcome, funding.exp) == ("completed", clock.now())
    assert make_show(funding).active


def test_a_purchase_that_is_stored_after_the_missed_end_is_given_back_and_reaches_nothing(session, moving, viewer):
    funding = make_funding(session, target=400, seconds=100)
    asked_at = moving.advance(seconds=99.9)
    moving.advance(seconds=0.1)
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.EXPIRED, now=clock.now())
    contributions.contribute(goal_id=funding.id, payer_id=viewer.pk, quantity=2, now=asked_at)
    count(funding)
    assert (funding.progress, funding.level, funding.outcome) == (400, 0, "refunded")
    assert "goal.completed" not in events_of_goal(funding.id)
    with pytest.raises(FundingNotReached):
        make_show(funding)
    assert_given_back(funding, viewer)


def test_a_late_ticket_of_the_show_s_last_moment_is_paid_out_and_counted(moving, viewer):
    show = quick_show(target=60)
    go_on_stage(show)
    moving.advance(seconds=59)
    buy(show.funding_goal, viewer)
    moving.advance(seconds=1 + PATIENCE)
    run_due(sweeps=False)
    assert balance_of(user_id=show.streamer_id) == 600
    assert_all_counted(show.funding_goal)


def test_a_late_ticket_of_a_show_that_is_given_up_is_given_back_and_counted(moving, viewer):
    show = quick_show()
    buy(show.funding_goal, viewer)
    cancel(show)
    run_due(sweeps=False)
    assert_given_back(show.funding_goal, viewer)


def test_a_sale_that_the_streamer_cancels_is_given_back(session, moving, viewer):
    funding = make_funding(session, target=400)
    buy(funding, viewer)
    cancel(funding)
    funding.refresh_from_db()
    assert (funding.outcome, funding.progress) == ("cancelled", 200)
    assert_given_back(funding, viewer)


def test_a_reached_sale_is_given_back_when_its_session_ends(session, moving, viewer):
    funding = make_funding(session, target=400)
    buy(funding, viewer, 2)
    run_due()
    assert balance_of(user_id=viewer.pk) == 600
    end_session(funding)
    assert_given_back(funding, viewer)
    assert funding.outcome == "refunded"


@pytest.mark.parametrize("nbf", [None, 60])
def test_a_show_that_is_cancelled_gives_everything_back(session, moving, viewer, nbf):
    funding = make_funding(session, target=400)
    buy(funding, viewer, 2)
    show = make_show(count(funding), nbf=nbf and clock.now() + timedelta(seconds=nbf))
    cancel(show)
    assert_given_back(funding, viewer)
    show.refresh_from_db()
    assert (show.outcome, funding.outcome) == ("cancelled", "refunded")
    pass_time(moving, seconds=nbf or 0)
    assert events_of_goal(show.id).count("goal.started") == (0 if nbf else 1)


@pytest.mark.parametrize("nbf", [60, settings.SHOW_END_GRACE + 60])
def test_a_show_still_scheduled_when_its_session_ends_gives_everything_back(session, moving, viewer, nbf):
    funding = make_funding(session, target=400)
    buy(funding, viewer, 2)
    show = make_show(count(funding), nbf=clock.now() + timedelta(seconds=nbf))
    end_session(show)
    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    assert_given_back(funding, viewer)
    assert "goal.started" not in events_of_goal(show.id)


def test_a_reached_sale_is_not_given_back_because_it_ends(moving):
    funding = sold_out()
    assert not end(funding)
    run_due()
    assert Escrow.objects.get(pk=funding.escrow_id).state == "open"


def test_asking_again_whether_a_sale_is_refundable_refunds_once(moving):
    funding = sold_out()
    end_session(funding)
    run_due()
    for _ in range(2):
        settlement.check_funding_goal_refundable(goal_id=funding.id, now=clock.now())
        run_due()
    assert events_of_goal(funding.id).count("goal.ended") == 1
    assert Goal.objects.get(pk=funding.id).outcome == "refunded"
    assert verify_ledger() == []


def test_a_show_in_its_grace_sells_no_more_tickets_and_pays_all_of_them_out(moving):
    show = quick_show(target=100)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    late = make_user(coins=1000)
    buy(show.funding_goal, late)
    end_session(show)
    pass_time(moving, seconds=80)
    with pytest.raises(EscrowClosed):
        buy(show.funding_goal, late)
    pass_time(moving, seconds=10 + PATIENCE)
    assert (balance_of(user_id=show.streamer_id), balance_of(user_id=late.pk)) == (600, 800)
    assert_all_counted(show.funding_goal)
