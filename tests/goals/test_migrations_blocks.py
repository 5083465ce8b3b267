"""Invitations that are open or run at the upgrade have a rate, blocks of time and a stage afterwards."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from goals.models import Block, Goal
from goals.types import GoalType
from tests.support.endings import offering_session
from tests.support.invitations import agree, disagree, end, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.people import make_user
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

MIGRATION = import_module("goals.migrations.0010_blocks_of_open_invitations")


def _as_before(goal: Goal) -> Goal:
    """Leave of a goal what the release before stored."""
    Block.objects.filter(goal=goal).delete()
    goal.marks.all().delete()
    agreed_private = goal.agreed_at and goal.ended_at is None
    Goal.objects.filter(pk=goal.pk).update(rate=None, levels=[], progress=1 if agreed_private else goal.progress)
    goal.refresh_from_db()
    return goal


def _migrate() -> None:
    for _ in range(2):  # a repeat changes nothing
        MIGRATION.fill(apps, None)


def _blocks(goal: Goal) -> list[dict[str, Any]]:
    return list(Block.objects.filter(goal=goal).values("payer_id", "duration", "amount", "starts_at"))


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_an_open_invitation_keeps_the_rate_that_it_was_paid_by(moving, viewer, kind):
    goal = _as_before(invite(offering_session(), viewer, kind=kind, duration=61))
    _migrate()
    goal.refresh_from_db()
    assert (goal.rate, goal.progress) == ({GoalType.TRIGGER_PRIVATE: 60, GoalType.TRIGGER_EXCLUSIVE: 100}[kind], 1)
    assert _blocks(goal) == [{"payer_id": viewer.pk, "duration": 61, "amount": goal.price, "starts_at": None}]


def test_a_private_show_that_runs_counts_as_performed_since_the_agreement(moving, viewer):
    late = make_user(coins=1000)
    goal = agree(invite(offering_session(), viewer, duration=120))
    moving.advance(seconds=90)
    joined_at = moving.at
    invite(goal.session, late, duration=60)
    exp = goal.exp
    _as_before(goal)
    Goal.objects.filter(pk=goal.pk).update(exp=exp)  # which joining did not move
    _migrate()
    goal.refresh_from_db()
    assert (goal.levels, goal.progress, goal.rate) == ([{"title": "trigger-private", "target": 120}], 0, 60)
    assert _blocks(goal) == [
        {"payer_id": viewer.pk, "duration": 120, "amount": 120, "starts_at": goal.agreed_at},
        {"payer_id": late.pk, "duration": 30, "amount": 60, "starts_at": joined_at},
    ]
    moving.advance(seconds=15)
    end(goal)
    run_due()
    assert balance_of(user_id=goal.streamer_id) == 105 + 30
    assert verify_ledger() == []


def test_the_payment_of_a_1_on_1_that_runs_has_its_block(moving, viewer):
    goal = agree(invite(offering_session(), viewer, kind=GoalType.TRIGGER_EXCLUSIVE, duration=60))
    _as_before(goal)
    _migrate()
    assert exclusive_of(goal).ended_at is None
    assert [(each["duration"], each["amount"]) for each in _blocks(goal)] == [(60, 100)]


def test_what_is_over_stays_as_it_is(moving, viewer):
    goal = _as_before(disagree(invite(offering_session(), viewer)))
    _migrate()
    assert (Goal.objects.get(pk=goal.pk).rate, _blocks(goal)) == (None, [])
