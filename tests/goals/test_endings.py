"""Outcome and cooldown follow from why a goal ended, by table."""

from __future__ import annotations

import pytest

from goals import endings
from goals.endings import EndedBecause, Outcome
from goals.types import GoalType, facts_of

UNAGREED = {"progress": 0, "agreed": False}


@pytest.mark.parametrize("because", EndedBecause)
@pytest.mark.parametrize("goal_type", GoalType)
def test_every_reason_has_an_outcome_for_every_type(goal_type, because):
    assert endings.outcome_of(goal_type, because, **UNAGREED) in Outcome


@pytest.mark.parametrize("goal_type", GoalType)
def test_only_a_completed_goal_is_completed(goal_type):
    completed = {each for each in EndedBecause if endings.outcome_of(goal_type, each, **UNAGREED) == Outcome.COMPLETED}
    assert completed == {EndedBecause.COMPLETED}


but_for_support = pytest.mark.parametrize(
    "because", [each for each in EndedBecause if each != EndedBecause.REFUNDED_BY_SUPPORT]
)


@but_for_support
def test_an_agreed_invitation_to_a_one_on_one_ends_as_agreed_unless_support_refunds_it(because):
    agreed = {"progress": 1, "agreed": True}
    assert endings.outcome_of(GoalType.TRIGGER_EXCLUSIVE, because, **agreed) == Outcome.AGREED
    by_support = endings.outcome_of(GoalType.TRIGGER_EXCLUSIVE, EndedBecause.REFUNDED_BY_SUPPORT, **agreed)
    assert by_support == Outcome.REFUNDED


@but_for_support
@pytest.mark.parametrize(
    ("progress", "reached", "outcome"), [(60, True, "agreed"), (59, False, "split"), (0, False, "refunded")]
)
def test_an_agreed_private_show_is_paid_for_what_was_performed_whatever_ended_it(because, progress, reached, outcome):
    performed = {"progress": progress, "agreed": True, "reached": reached}
    assert endings.outcome_of(GoalType.TRIGGER_PRIVATE, because, **performed) == outcome
    by_support = endings.outcome_of(GoalType.TRIGGER_PRIVATE, EndedBecause.REFUNDED_BY_SUPPORT, **performed)
    assert by_support == Outcome.REFUNDED


@pytest.mark.parametrize("because", [EndedBecause.CANCELLED, EndedBecause.SESSION_ENDED, EndedBecause.EXPIRED])
def test_a_one_on_one_that_is_cut_short_is_split_by_what_was_performed(because):
    assert endings.outcome_of(GoalType.EXCLUSIVE, because, progress=1, agreed=False) == Outcome.SPLIT
    assert endings.outcome_of(GoalType.EXCLUSIVE, because, progress=0, agreed=False) == Outcome.REFUNDED


def test_only_a_refusal_and_a_missing_answer_cool_down():
    cooling = {each for each in EndedBecause if endings.cools_down(each)}
    assert cooling == {EndedBecause.DECLINED, EndedBecause.UNANSWERED}


def test_at_its_expiry_an_invitation_was_not_answered_or_has_run_its_time():
    for goal_type in GoalType:
        invitation = facts_of(goal_type).is_invitation
        expected = EndedBecause.UNANSWERED if invitation else EndedBecause.EXPIRED
        assert endings.at_expiry(goal_type, agreed=False) == expected


def test_an_agreed_private_show_is_complete_at_its_expiry_where_it_was_performed_whole():
    kind = GoalType.TRIGGER_PRIVATE
    assert endings.at_expiry(kind, agreed=True, reached=True) == EndedBecause.COMPLETED
    assert endings.at_expiry(kind, agreed=True, reached=False) == EndedBecause.EXPIRED
    assert endings.at_expiry(GoalType.TRIGGER_EXCLUSIVE, agreed=True) == EndedBecause.COMPLETED
