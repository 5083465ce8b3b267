"""What support does by hand to goals and their money."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause, Outcome
from goals.errors import FundingNotReached, GoalNotActive
from goals.models import Goal
from goals.services import settlement, support
from livestream import clock
from livestream.events.contracts import GOAL_ENDED
from livestream.models import EventRecord, OutboxMessage
from tests.support import endings
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy, just_completed_show, reached_funding, running_show
from tests.support.stage import go_on_stage
from tests.support.unchanged import nothing_changes
from wallet.errors import EscrowAlreadyDecided, EscrowClosed, EscrowNotFound
from wallet.models import Escrow, Transfer
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

BY = "support mei"


def refund(goal):
    support.refund_escrow(escrow_id=goal.escrow_id, triggerer=BY, now=clock.now())
    goal.refresh_from_db()
    return goal


def selling(moving):
    """Sell tickets, some of which are not counted yet."""
    funding = make_funding(make_session(), target=1000)
    buy(funding, make_user(coins=1000))
    run_due()
    buy(funding, make_user(coins=1000))
    return funding


def sold_to_the_last_ticket(moving):
    """Sell the ticket that reaches the target, and have nobody count it yet."""
    funding = make_funding(make_session(), target=400)
    buy(funding, make_user(coins=1000), quantity=2)
    return funding


def on_stage(moving):
    show = running_show(moving)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    return show


def in_private(moving):
    return agree(invite(endings.offering_session(), make_user(coins=1000)))


def one_on_one(moving):
    return exclusive_of(endings.one_on_one_agreed(moving))


def pending_invitation(moving):
    return endings.exclusive_invitation()


@pytest.mark.parametrize(
    "play", [selling, sold_to_the_last_ticket, reached_funding, on_stage, in_private, pending_invitation, one_on_one]
)
def test_a_refund_gives_everything_back_and_ends_the_goal_in_the_same_moment(moving, play):
    goal = play(moving)
    payers = {paid.debit_id: balance_of(user_id=paid.debit_id) for paid in Transfer.objects.filter(kind="hold")}
    paid = sum(Transfer.objects.filter(kind="hold").values_list("amount", flat=True))
    refund(goal)
    assert (goal.active, goal.outcome, goal.ended_at is not None) == (False, "refunded", True)
    assert Escrow.objects.get().state == "refunded"
    pass_time(moving, seconds=3600)
    assert not Transfer.objects.filter(kind="payout").exists()
    assert sum(balance_of(user_id=payer) for payer in payers) == sum(payers.values()) + paid
    assert verify_ledger() == []
    goal.refresh_from_db()
    assert goal.outcome == "refunded"


def test_the_end_of_a_refunded_goal_names_who_did_it(moving):
    goal = refund(selling(moving))
    ended = EventRecord.objects.get(goal_id=goal.id, name=GOAL_ENDED.name)
    assert (ended.triggerer, ended.payload["outcome"]) == (BY, "refunded")


def test_the_end_of_the_session_leaves_the_reason_of_a_refund_by_support(moving):
    funding = refund(reached_funding(moving))
    settlement.check_funding_goal_refundable(clock.now(), goal_id=funding.id)
    settlement.check_funding_goal_refundable(clock.now(), goal_id=funding.id)
    funding.refresh_from_db()
    assert (funding.ended_because, funding.outcome) == (EndedBecause.REFUNDED_BY_SUPPORT, Outcome.REFUNDED)


def test_a_refunded_escrow_takes_no_money_and_is_paid_out_by_nothing(moving):
    show = just_completed_show(moving)  # its payout is on its way
    refund(show)
    with pytest.raises(EscrowClosed):
        buy(show.funding_goal, make_user(coins=1000))
    run_due()
    settlement.pay_show_out(goal_id=show.id, now=clock.now())
    run_due()
    assert balance_of(user_id=show.streamer_id) == 0
    assert verify_ledger() == []


def test_no_show_is_made_of_refunded_tickets(moving):
    funding = refund(reached_funding(moving))
    with pytest.raises(FundingNotReached):
        make_show(funding)


@pytest.mark.parametrize("play", [endings.show_performed, endings.private_declined, endings.one_on_one_cut_short])
def test_what_was_settled_is_refused_with_what_became_of_it(moving, play):
    goal = play(moving)
    state = Escrow.objects.get().state
    with nothing_changes(), pytest.raises(EscrowAlreadyDecided, match=f"was {state} at"):
        support.refund_escrow(escrow_id=goal.escrow_id, triggerer=BY, now=clock.now())


def test_an_escrow_that_is_none_cannot_be_refunded():
    with pytest.raises(EscrowNotFound):
        support.refund_escrow(escrow_id="show_funding:nothing", triggerer=BY, now=clock.now())


def test_a_goal_that_is_ended_settles_by_the_rules_of_its_end(moving):
    funding = selling(moving)
    support.end_goal(goal_id=funding.id, triggerer=BY, now=clock.now())
    run_due()
    funding.refresh_from_db()
    assert funding.state == "ended"
    assert Escrow.objects.get().state == "refunded"
    assert EventRecord.objects.get(goal_id=funding.id, name=GOAL_ENDED.name).triggerer == BY
    with nothing_changes(), pytest.raises(GoalNotActive):
        support.end_goal(goal_id=funding.id, triggerer=BY, now=clock.now())


def test_what_is_due_is_settled_and_then_nothing_is(moving):
    funding = selling(moving)
    run_due()
    assert support.settle_goal(goal_id=funding.id, now=clock.now()) == []
    OutboxMessage.objects.all().delete()  # lost, with everything that it would have done
    moving.advance(seconds=3600)
    assert support.settle_escrow(escrow_id=funding.escrow_id, now=clock.now()) == [f"end a goal ({funding.id})"]
    run_due()
    assert Escrow.objects.get().state == "refunded"
    assert support.settle_escrow(escrow_id=funding.escrow_id, now=clock.now()) == []


def test_a_goal_without_money_is_ended_when_that_is_due(moving):
    karaoke = endings.make_karaoke(endings.offering_session())
    assert support.settle_goal(goal_id=karaoke.id, now=clock.now()) == []
    Goal.objects.filter(pk=karaoke.id).update(exp=clock.now())
    assert support.settle_goal(goal_id=karaoke.id, now=clock.now()) == [f"end a goal ({karaoke.id})"]
