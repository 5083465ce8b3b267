"""Viewers and the streamer act in the same moment: one goal, one payment each, one outcome."""

from __future__ import annotations

from collections import Counter

import pytest

from goals.models import Block, Goal
from goals.types import GoalType, facts_of
from tests.races import rounds
from tests.races.rounds import COINS, MOMENT, ROUNDS, coins_of, race
from tests.support.threads import refusals
from wallet.models import Escrow, Transfer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

both_kinds = pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])


def test_two_viewers_who_invite_at_once_make_one_goal_and_pay_twice(moving):
    for _ in range(ROUNDS):
        session, viewers = rounds.open_session(), rounds.make_viewers(2)
        first, second = race(*(rounds.to_invite(session, viewer, GoalType.TRIGGER_PRIVATE) for viewer in viewers))
        assert first.id == second.id
        assert [coins_of(viewer) for viewer in viewers] == [COINS - 60] * 2
    assert Goal.objects.count() == Escrow.objects.count() == ROUNDS
    rounds.settle(moving)
    assert Transfer.objects.filter(kind="refund", amount=60).count() == 2 * ROUNDS


@both_kinds
def test_a_viewer_who_presses_twice_at_once_has_twice_the_time_of_one_goal(moving, kind):
    """Each press pays for a block of its own; a repeat of one press has its Idempotency-Key."""
    for _ in range(ROUNDS):
        session, [viewer] = rounds.open_session(), rounds.make_viewers(1)
        first, second = race(*[rounds.to_invite(session, viewer, kind)] * 2)
        assert first.id == second.id
        assert coins_of(viewer) == COINS - 2 * session.get_price(str(facts_of(kind).invited_by))
        assert sum(Block.objects.filter(goal=first).values_list("duration", flat=True)) == 120
    rounds.settle(moving)
    assert Transfer.objects.filter(kind="hold").count() == 2 * ROUNDS


@both_kinds
def test_an_agreement_at_the_last_moment_holds_or_comes_too_late(moving, kind):
    """What was agreed to is not ended by an expiry that is not its own any more."""
    for _ in range(ROUNDS):
        goal = rounds.invited(kind)
        moving.move_to(goal.exp)
        outcomes = race(rounds.to_agree(goal, early=MOMENT), rounds.to_expire(goal))
        goal.refresh_from_db()
        assert (goal.agreed_at is None) == bool(refusals(outcomes))
        assert goal.active == (goal.agreed_at is not None and kind is GoalType.TRIGGER_PRIVATE)
    rounds.settle(moving)
    if kind is GoalType.TRIGGER_PRIVATE:
        rounds.check_that_only_the_agreed_are_paid()


@both_kinds
def test_agreeing_and_declining_at_once_is_one_of_both(moving, kind):
    for _ in range(ROUNDS):
        goal = rounds.invited(kind)
        outcomes = race(rounds.to_agree(goal), rounds.to_decline(goal))
        goal.refresh_from_db()
        agreed = goal.agreed_at is not None
        assert refusals(outcomes) == (["AlreadyAgreed"] if agreed else ["GoalNotActive"])
        assert (goal.cooldown_until is None) == agreed
    rounds.settle(moving)
    if kind is GoalType.TRIGGER_PRIVATE:
        rounds.check_that_only_the_agreed_are_paid()


def test_of_two_1_on_1s_that_are_agreed_at_once_one_begins_and_the_other_is_refunded(moving):
    for _ in range(ROUNDS):
        session, viewers = rounds.open_session(), rounds.make_viewers(2)
        goals = [rounds.to_invite(session, viewer, GoalType.TRIGGER_EXCLUSIVE)() for viewer in viewers]
        outcomes = race(*(rounds.to_agree(goal) for goal in goals))
        assert refusals(outcomes) == ["StageTaken"]
        assert Goal.objects.filter(session=session, type="exclusive", active=True).count() == 1
    rounds.do_what_is_due()
    assert Counter(Goal.objects.values_list("type", "outcome")) == {
        ("trigger-exclusive", "agreed"): ROUNDS,
        ("trigger-exclusive", "refunded"): ROUNDS,
        ("exclusive", None): ROUNDS,
    }
    assert Transfer.objects.filter(kind="refund").count() == ROUNDS
    rounds.settle(moving)


@both_kinds
def test_who_joins_at_the_last_moment_is_refunded_with_the_others_or_refused(moving, kind):
    for _ in range(ROUNDS):
        goal = rounds.invited(kind)
        [viewer] = rounds.make_viewers(1)
        moving.move_to(goal.exp)
        joining = rounds.to_invite(goal.session, viewer, kind, early=MOMENT)
        outcomes = race(joining, rounds.to_expire(goal))
        if kind is GoalType.TRIGGER_PRIVATE:
            assert set(refusals(outcomes)) <= {"EscrowClosed", "LivestreamTriggerQuotaExceeded"}
        assert Goal.objects.get(pk=goal.id).outcome == "refunded"
        assert (coins_of(viewer) == COINS) == bool(refusals(outcomes))
    rounds.settle(moving)
    assert (
        sorted(map(coins_of, Goal.objects.values_list("triggered_by_id", flat=True))) == [COINS] * Goal.objects.count()
    )
