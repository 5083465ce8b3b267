"""Somebody is blocked, leaves, joins or asks for more in the same moment as something else happens."""

from __future__ import annotations

from functools import partial

import pytest

from goals.models import Block, Goal
from goals.services import contributions, leaving
from goals.types import GoalType
from livestream import clock, users
from sessions_app.services import ending
from tests.races import rounds
from tests.races.rounds import COINS, MOMENT, ROUNDS, Act, coins_of, race
from tests.support.people import TICKET_PRICE, make_funding
from tests.support.threads import refusals
from wallet.models import Escrow
from wallet.selectors import payments_held

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

both_kinds = pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
PRICES = {GoalType.TRIGGER_PRIVATE: 60, GoalType.TRIGGER_EXCLUSIVE: 100}


def to_block(streamer_id: str, viewer_id: str) -> Act:
    """Return the act of a streamer who blocks a viewer, and of the worker that does at once what follows."""

    def act() -> None:
        users.block(streamer_id=streamer_id, user_id=viewer_id, now=clock.now())
        rounds.do_what_is_due()

    return act


def to_withdraw(goal: Goal, viewer_id: str) -> Act:
    """Return the act of a viewer who takes an invitation back."""
    about = {"goal_id": goal.id, "caller_id": viewer_id, "triggerer": None, "now": clock.now()}
    return partial(leaving.withdraw, **about)


def held_of(goal: Goal, viewer_id: str) -> int:
    """Return how many payments of a viewer an escrow holds."""
    return len(payments_held(escrow_id=str(goal.escrow_id), payer_id=viewer_id))


def test_a_ticket_that_is_bought_during_a_block_is_refused_or_given_back(moving):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        goal = make_funding(session, target=10 * TICKET_PRICE, seconds=60)
        buy = partial(contributions.contribute, goal_id=goal.id, payer_id=viewer.pk, quantity=1, now=clock.now())
        outcomes = race(buy, to_block(goal.streamer_id, viewer.pk), buy)
        assert set(refusals(outcomes)) <= {"BlockedByStreamer"}
        assert (coins_of(viewer), held_of(goal, viewer.pk)) == (COINS, 0)
    rounds.settle(moving)


@both_kinds
def test_whoever_invites_during_a_block_is_refused_or_given_their_coins_back(moving, kind):
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        outcomes = race(rounds.to_invite(session, viewer, kind), to_block(session.streamer_id, viewer.pk))
        assert set(refusals(outcomes)) <= {"BlockedByStreamer"}
        assert coins_of(viewer) == COINS
        assert not Goal.objects.filter(session=session, ended_at=None).exists()
    rounds.settle(moving)


@pytest.mark.parametrize("agreed", [False, True])
def test_whoever_joins_during_a_block_is_refused_or_given_their_coins_back(moving, agreed):
    for _ in range(ROUNDS):
        goal, [viewer] = rounds.invited(GoalType.TRIGGER_PRIVATE), rounds.make_viewers(1)
        if agreed:
            rounds.to_agree(goal)()
        join = rounds.to_invite(goal.session, viewer, GoalType.TRIGGER_PRIVATE)
        outcomes = race(join, to_block(goal.streamer_id, viewer.pk), join)
        assert set(refusals(outcomes)) <= {"BlockedByStreamer"}
        assert (coins_of(viewer), held_of(goal, viewer.pk)) == (COINS, 0)
        assert Goal.objects.get(pk=goal.pk).active
    rounds.settle(moving)


@both_kinds
def test_agreeing_during_a_block_takes_nothing_from_who_is_blocked(moving, kind):
    for _ in range(ROUNDS):
        goal = rounds.invited(kind)
        outcomes = race(rounds.to_agree(goal), to_block(goal.streamer_id, str(goal.triggered_by_id)))
        assert set(refusals(outcomes)) <= {"GoalNotActive"}
        rounds.do_what_is_due()
        assert coins_of(goal.triggered_by_id) == COINS
        assert not Goal.objects.filter(session=goal.session, ended_at=None).exists()
    rounds.settle(moving)


@both_kinds
def test_taking_back_and_agreeing_at_once_is_one_of_both(moving, kind):
    for _ in range(ROUNDS):
        goal = rounds.invited(kind)
        outcomes = race(rounds.to_agree(goal), to_withdraw(goal, goal.triggered_by_id))
        goal.refresh_from_db()
        agreed = goal.agreed_at is not None
        assert refusals(outcomes) == (["AlreadyAgreed"] if agreed else ["GoalNotActive"])
        assert coins_of(goal.triggered_by_id) == (COINS - PRICES[kind] if agreed else COINS)
        assert agreed or goal.ended_because == "withdrawn"
    rounds.settle(moving)


def test_of_two_who_leave_at_once_both_are_given_their_coins_back(moving):
    for _ in range(ROUNDS):
        goal, [viewer] = rounds.invited(GoalType.TRIGGER_PRIVATE), rounds.make_viewers(1)
        rounds.to_invite(goal.session, viewer, GoalType.TRIGGER_PRIVATE)()
        race(to_withdraw(goal, goal.triggered_by_id), to_withdraw(goal, viewer.pk))
        assert [coins_of(each) for each in (viewer, goal.triggered_by_id)] == [COINS] * 2
        assert Goal.objects.get(pk=goal.pk).ended_because == "withdrawn"
    rounds.settle(moving)


def test_whoever_joins_while_the_only_one_leaves_pays_for_what_goes_on(moving):
    for _ in range(ROUNDS):
        goal, [viewer] = rounds.invited(GoalType.TRIGGER_PRIVATE), rounds.make_viewers(1)
        join = rounds.to_invite(goal.session, viewer, GoalType.TRIGGER_PRIVATE)
        joined, _ = race(join, to_withdraw(goal, goal.triggered_by_id))
        assert (coins_of(goal.triggered_by_id), coins_of(viewer)) == (COINS, COINS - 60)
        assert Goal.objects.get(pk=joined.id).active
        assert held_of(joined, viewer.pk) == 1
    rounds.settle(moving)


def test_who_joins_while_the_streamer_agrees_has_a_block_from_the_agreement_on(moving):
    for _ in range(ROUNDS):
        goal, [viewer] = rounds.invited(GoalType.TRIGGER_PRIVATE), rounds.make_viewers(1)
        race(rounds.to_invite(goal.session, viewer, GoalType.TRIGGER_PRIVATE), rounds.to_agree(goal))
        assert coins_of(viewer) == COINS - 60
        goal.refresh_from_db()
        assert set(Block.objects.filter(goal=goal).values_list("starts_at", flat=True)) == {goal.agreed_at}
    rounds.settle(moving)
    assert {coins_of(goal.streamer_id) for goal in Goal.objects.all()} == {120}


def test_who_asks_for_more_at_the_end_has_more_or_is_refused(moving):
    """An end that was planned for the time before does not end what goes on."""
    for number in range(ROUNDS):
        goal = rounds.invited(GoalType.TRIGGER_PRIVATE)
        rounds.to_agree(goal)()
        goal.refresh_from_db()
        viewer = goal.triggered_by
        moving.move_to(goal.exp)
        extend = rounds.to_invite(goal.session, viewer, GoalType.TRIGGER_PRIVATE, early=MOMENT)
        over = partial(ending.deactivate_session, session_id=goal.session_id, now=clock.now())
        outcomes = race(extend, rounds.to_expire(goal), *([over] if number % 2 else []))
        goal.refresh_from_db()
        assert set(refusals(outcomes)) <= {"EscrowClosed", "SessionNotActive", "LivestreamTriggerQuotaExceeded"}
        extended = not refusals(outcomes)
        assert coins_of(viewer) == COINS - (120 if extended else 60)
    rounds.settle(moving)
    for goal in Goal.objects.all():
        performed = coins_of(goal.streamer_id)
        assert performed + coins_of(goal.triggered_by_id) == COINS
        assert performed in (60, 120)
    assert not Escrow.objects.filter(settled_at=None).exists()
