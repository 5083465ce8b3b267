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


@pytest.mark.parametrize("because", [each for each in EndedBecause if each != EndedBecause.REFUNDED_BY_SUPPORT])
@pytest.mark.parametrize("goal_type", [each for each in GoalType if facts_of(each).is_invitation])
def test_an_agreed_invitation_ends_as_agreed_unless_support_refunds_it(goal_type, because):
    assert endings.outcome_of(goal_type, because, progress=1, agreed=True) == Outcome.AGREED
    refunded = endings.outcome_of(goal_type, EndedBecause.REFUNDED_BY_SUPPORT, progress=1, agreed=True)
    assert refunded == Outcome.REFUNDED


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
        if invitation:
            assert endings.at_expiry(goal_type, agreed=True) == EndedBecause.COMPLETED
