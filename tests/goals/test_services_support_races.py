"""A refund by hand meets a payout, a purchase, and itself."""

from __future__ import annotations

from functools import partial

import pytest

from goals.models import Goal
from goals.services import support
from livestream import clock
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy, just_completed_show
from tests.support.threads import at_once, refusals
from wallet.models import Escrow, Transfer
from wallet.services import payouts
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def refunding(escrow_id):
    return partial(support.refund_escrow, escrow_id=escrow_id, triggerer="support mei", now=clock.now())


@pytest.mark.parametrize("_", range(5))
def test_a_payout_and_a_refund_at_once_have_one_winner(_):
    with clock.frozen() as moving:
        show = just_completed_show(moving)
        now = clock.now()
        about = {"escrow_id": show.escrow_id, "user_id": show.streamer_id, "nbf": now, "exp": now, "now": now}
        outcomes = at_once(partial(payouts.escrow_out, **about), refunding(show.escrow_id))
        run_due()
    kinds = set(Transfer.objects.exclude(kind__in=("deposit", "hold")).values_list("kind", flat=True))
    refused = refusals(outcomes) == ["EscrowAlreadyDecided"]
    assert kinds == ({"payout"} if refused else {"refund"})
    assert (outcomes[0] is True) == refused
    assert verify_ledger() == []


@pytest.mark.parametrize("_", range(5))
def test_whoever_buys_while_it_is_refunded_is_refused_or_given_back(_):
    with clock.frozen():
        funding = make_funding(make_session(), target=10_000)
        buyers = [make_user(coins=200) for _ in range(4)]
        outcomes = at_once(*(partial(buy, funding, each) for each in buyers), refunding(funding.escrow_id))
        assert set(refusals(outcomes)) <= {"EscrowClosed"}
        run_due()
    assert Escrow.objects.get().settled_at is not None
    assert verify_ledger() == []
    held, given = (Transfer.objects.filter(kind=kind).count() for kind in ("hold", "refund"))
    assert held == given == 4 - len(refusals(outcomes))


def test_two_refunds_at_once_are_one():
    with clock.frozen():
        funding = make_funding(make_session())
        buy(funding, make_user(coins=200))
        outcomes = at_once(*[refunding(funding.escrow_id)] * 3)
        run_due()
    assert refusals(outcomes) == ["EscrowAlreadyDecided"] * 2
    assert Goal.objects.get().outcome == "refunded"
    assert Transfer.objects.filter(kind="refund").count() == 1
