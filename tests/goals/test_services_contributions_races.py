"""Many buy at once, while others count and settle; and the SQL form does what the ORM form does."""

from __future__ import annotations

import random
from dataclasses import asdict
from functools import partial

import pytest

from goals.endings import EndedBecause
from goals.models import Contribution, Goal
from goals.services import contributions, counting, lifecycle
from livestream import clock, ids
from livestream.errors import DomainError
from tests.goals.stories import count, quick_show
from tests.support.outbox import run_due
from tests.support.people import give_coins, make_funding, make_session, make_user
from tests.support.shows import buy
from tests.support.threads import at_once
from wallet.models import Escrow, Transfer
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.postgres


@pytest.mark.django_db(transaction=True)
def test_one_who_presses_many_times_at_once_pays_once(moving):
    funding, viewer = make_funding(make_session()), make_user(coins=1000)
    receipts = at_once(*[lambda: buy(funding, viewer, 2, key="a")] * 8)
    assert sorted(each.repeated for each in receipts) == [False] + [True] * 7
    assert len({(each.transfer_id, each.progress) for each in receipts}) == 1
    assert balance_of(user_id=viewer.pk) == 600


@pytest.mark.django_db(transaction=True)
def test_one_who_buys_more_than_they_can_pay_at_once_is_never_below_zero(moving):
    funding, viewer = make_funding(make_session()), make_user(coins=700)
    answers = at_once(*[lambda: buy(funding, viewer)] * 8)
    assert sum(isinstance(each, contributions.Receipt) for each in answers) == 3
    assert balance_of(user_id=viewer.pk) == 100
    assert count(funding).progress == 600


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("target", [400, 100_000])
def test_whoever_buys_while_the_sale_ends_is_counted_or_refused_and_nobody_is_stranded(moving, target):
    funding = make_funding(make_session(), target=target)
    viewers = [make_user(coins=200) for _ in range(8)]
    acts = [partial(buy, funding, viewer) for viewer in viewers]
    acts += [lambda: counting.count_contributions(escrow_id=funding.escrow_id)] * 2
    acts += [
        lambda: lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    ] * 2
    random.shuffle(acts)
    answers = at_once(*acts)
    assert not [each for each in answers if isinstance(each, Exception) and not isinstance(each, DomainError)]
    run_due()

    funding.refresh_from_db()
    escrow, paid = Escrow.objects.get(pk=funding.escrow_id), Transfer.objects.filter(kind="hold")
    assert (escrow.state, funding.reached) in {("open", True), ("refunded", False)}
    assert funding.progress == escrow.received == 200 * paid.count()
    left = 200 * len(viewers) - (escrow.received if funding.reached else 0)
    assert sum(balance_of(user_id=viewer.pk) for viewer in viewers) == left
    assert verify_ledger() == []


WORLDS = ["usual", "counted", "show", "unknown", "own", "poor", "closed", "repeated", "reused"]


@pytest.mark.django_db
@pytest.mark.parametrize("world", WORLDS)
def test_both_forms_answer_alike(moving, world):
    answers = [purchase(world) for purchase in (by_sql, by_orm)]
    assert answers[0] == answers[1]


def by_sql(world):
    return bought_in(world, contributions.contribute, key="a")


def by_orm(world):
    return bought_in(world, contributions.contribute_by_orm)


def bought_in(world, purchase, **key):
    """Buy two tickets in this world; return what was answered and what is stored, ids left out."""
    goal, viewer = a_goal(world), make_user(coins=100 if world == "poor" else 1000)
    payer_id = goal.streamer_id if world == "own" else viewer.pk
    if world in ("repeated", "reused"):
        buy(goal, viewer, 2 if world == "repeated" else 1, key="a")
    if not key:
        key = {"transfer_id": contributions.transfer_id_of(goal_id=goal.id, payer_id=payer_id, key="a")}
    try:
        answer = asdict(purchase(goal_id=goal.id, payer_id=payer_id, quantity=2, now=clock.now(), **key))
    except DomainError as error:
        return error.code, balance_of(user_id=payer_id)
    rows = (
        Contribution.objects.filter(goal=goal)
        .values("quantity", "amount", "progress", "created_at")
        .order_by("progress")
    )
    moved = Transfer.objects.filter(credit_id=goal.escrow_id).values("amount", "kind", "tags", "created_at")
    named = {name: value for name, value in answer.items() if not name.endswith("_id")}
    return named, list(rows), list(moved), balance_of(user_id=payer_id)


def a_goal(world):
    if world == "show":
        return quick_show()
    if world == "unknown":
        return Goal(id=ids.new_id())
    funding = make_funding(make_session(), target=4000)
    give_coins(funding.streamer, 1000)
    if world == "counted":
        buy(funding, make_user(coins=400), 2)
        count(funding)
    if world == "closed":
        lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    return funding
