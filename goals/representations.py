"""Goals as answers and pushes show them (spec section 3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from goals import documents, rules, selectors
from goals.models import Goal
from livestream import clock
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from wallet import selectors as wallet_selectors

# A breakdown is for a person to look at; the whole of it is `GET /goals/{id}/contributions`.
LARGEST_BREAKDOWN = 1000


def public_goal(goal: Goal) -> dict[str, Any]:
    """Return a goal as everybody may see it: no payer, no amount of one payer."""
    progress = goal.progress + getattr(goal, "waiting", 0)
    return {
        "id": goal.id,
        "type": goal.type,
        "active": goal.active,
        "state": goal.state,
        "progress": progress,
        "unit": goal.facts.unit,
        "level": goal.level if goal.ended_at else max(goal.level, rules.level_at(goal.levels, progress)),
        "levels": goal.levels,
        "nbf": clock.to_epoch(goal.nbf),
        "exp": clock.to_epoch(goal.exp),
        "conditions": documents.conditions(goal),
        "context": _without(documents.context(goal), "exclusive_to"),
        "metadata": _without(documents.metadata(goal), "triggered_by"),
        "outcome": goal.outcome,
        "ended_because": goal.ended_because,
    }


def full_goal(goal: Goal) -> dict[str, Any]:
    """Return a goal as its streamer and support see it: who invited, and coins by payer."""
    payers = wallet_selectors.top_payers(escrow_id=goal.escrow_id, limit=LARGEST_BREAKDOWN) if goal.escrow_id else []
    return _with_parties(goal) | {"breakdown": dict(payers)}


def goal_for(goal: Goal, *, user_id: str, is_staff: bool = False) -> dict[str, Any]:
    """Return a goal as this user may see it.

    Whoever paid finds their own coins in it, whoever invited finds that said.
    """
    [answer] = goals_for([goal], user_id=user_id, is_staff=is_staff)
    return answer


def goals_for(goals: Sequence[Goal], *, user_id: str, is_staff: bool = False) -> list[dict[str, Any]]:
    """Return goals as this user may see them, in two queries at most however many they are."""
    run = [goal for goal in goals if is_staff or user_id == goal.streamer_id]
    whole = _breakdowns(run)
    own = _breakdowns([goal for goal in goals if goal not in run], payer_id=user_id)
    answers = []
    for goal in goals:
        shown = whole.get(goal.escrow_id, {}) if goal in run else own.get(goal.escrow_id)
        seen = goal_without_breakdown(goal, user_id=user_id, is_staff=is_staff)
        answers.append(seen | ({} if shown is None else {"breakdown": shown}))
    return answers


def goal_without_breakdown(goal: Goal, *, user_id: str, is_staff: bool = False) -> dict[str, Any]:
    """Return a goal as this user may see it, without asking who paid: for what is told all the time."""
    knows = is_staff or user_id in (goal.streamer_id, goal.triggered_by_id)
    return _with_parties(goal) if knows else public_goal(goal)


def _with_parties(goal: Goal) -> dict[str, Any]:
    members = {"context": documents.context(goal), "metadata": documents.metadata(goal)}
    return public_goal(goal) | members


def _without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def _breakdowns(goals: Sequence[Goal], payer_id: str | None = None) -> dict[str | None, dict[str, int]]:
    escrow_ids = {goal.escrow_id for goal in goals if goal.escrow_id}
    return selectors.breakdowns(escrow_ids=escrow_ids, limit=LARGEST_BREAKDOWN, payer_id=payer_id)


def event_payload(record: EventRecord) -> dict[str, Any]:
    """Return what a logged event tells, its times in unix seconds as everywhere in the API."""
    event = DomainSignal.registry[record.name].payload.from_json(record.payload)
    facts = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {name: clock.to_epoch(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}
