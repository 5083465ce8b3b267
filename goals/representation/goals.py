"""A goal as JSON, in answers, pushes and snapshots; its events share some of its parts (spec section 3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.conf import settings

from goals import rules, selectors
from goals.models import Goal
from goals.representation import names, privacy
from goals.representation.documents import Conditions, Context, GoalDocument, InvitationPrice, Metadata, Terms
from goals.representation.privacy import EVERYBODY, Reader
from goals.representation.time_left import time_left
from livestream import clock
from sessions_app.rules import price_of

# A breakdown is for a person to look at; the whole of it is `GET /goals/{id}/contributions`.
LARGEST_BREAKDOWN = 1000


def public_goal(goal: Goal) -> GoalDocument:
    """Return a goal as everybody may see it: no payer, no amount of one payer."""
    return seen_by(EVERYBODY, goal)


def full_goal(goal: Goal) -> GoalDocument:
    """Return a goal as its streamer and support see it: who invited, and coins by payer."""
    return _with_breakdown(_everything(goal), goal)


def goal_for(goal: Goal, *, user_id: str, is_staff: bool = False) -> GoalDocument:
    """Return one goal as this user may see it.

    A payer finds their own coins in it, the streamer and support those of each payer, and a viewer who invited
    finds that said.
    """
    reader = Reader(user_id, is_staff)
    if reader.reads_everything(streamer_id=goal.streamer_id):
        return _with_breakdown(seen_by(reader, goal), goal)
    [document] = goals_for([goal], user_id=user_id)
    return document


def goals_for(goals: Sequence[Goal], *, user_id: str, is_staff: bool = False) -> list[GoalDocument]:
    """Return a list of goals as this user may see them, in two queries at most however many they are.

    A payer finds their own coins in it. The coins of other payers are only in the answers about one goal: a list
    would have a thousand payers for each of its goals.
    """
    reader = Reader(user_id, is_staff)
    own = selectors.own_coins(goals=goals, payer_id=user_id)
    documents = []
    for goal in goals:
        document = seen_by(reader, goal)
        if goal.escrow_id in own:
            document["breakdown"] = {user_id: own[goal.escrow_id]}
        documents.append(document)
    names.add_payers(documents)
    return documents


def goal_for_payers(goal: Goal, *, payer_ids: Collection[str]) -> dict[str, GoalDocument]:
    """Return, by user, the goal as each of these viewers may see it, with their own coins, in two queries."""
    own = selectors.paid_by_each(goal=goal, payer_ids=payer_ids)
    documents = {payer_id: seen_by(Reader(payer_id), goal) for payer_id in payer_ids}
    for payer_id, coins in own.items():
        documents[payer_id]["breakdown"] = {payer_id: coins}
    names.add_payers(documents.values())
    return documents


def goal_without_breakdown(goal: Goal, *, user_id: str, is_staff: bool = False) -> GoalDocument:
    """Return a goal as this user may see it, without a query for who paid: for frequent pushes."""
    return seen_by(Reader(user_id, is_staff), goal)


def _with_breakdown(document: GoalDocument, goal: Goal) -> GoalDocument:
    if goal.escrow_id:
        document["breakdown"] = selectors.breakdown_of(goal=goal, limit=LARGEST_BREAKDOWN)
    names.add_payers([document])
    return document


def seen_by(reader: Reader, goal: Goal) -> GoalDocument:
    """Return a goal without amounts of payers, and without who invited unless the reader may know."""
    return privacy.without_inviter(_everything(goal), reader=reader, streamer_id=goal.streamer_id)


def _everything(goal: Goal) -> GoalDocument:
    progress = goal.progress + getattr(goal, "waiting", 0)
    document: GoalDocument = {
        "id": goal.id,
        "version": goal.version + getattr(goal, "waiting_payments", 0),
        "type": goal.type,
        "active": goal.active,
        "state": goal.state,
        "progress": progress,
        "unit": goal.unit,
        "level": goal.level if goal.ended_at else max(goal.level, rules.level_at(goal.levels, progress)),
        "levels": goal.levels,
        "nbf": clock.to_epoch(goal.nbf),
        "exp": clock.to_epoch(goal.exp),
        **time_left(goal),
        "conditions": conditions(goal),
        "context": names.with_viewer(context(goal), goal),
        "metadata": names.with_streamer(metadata(goal), goal),
        "outcome": goal.outcome,
        "ended_because": goal.ended_because,
    }
    if goal.facts.is_invitation:
        document["price"] = price(goal)
    if (promised := terms(goal)) is not None:
        document["terms"] = promised
    return document


def price(goal: Goal) -> InvitationPrice:
    """Return what it costs to join an invitation."""
    rate = goal.coins_a_minute
    return {
        "rate": rate,
        "minimum": price_of(rate=rate, duration=settings.INVITATION_MIN_DURATION),
        "joining": price_of(rate=rate, duration=goal.prepaid_duration or 0),
    }


def conditions(goal: Goal) -> Conditions:
    """Return where the goal belongs."""
    return {"session_id": goal.session_id}


def context(goal: Goal) -> Context:
    """Return what the goal is about, the viewer whom a 1-on-1 is for included (see `privacy`)."""
    members: Context = {"type": goal.type}
    if goal.exclusive_to is not None:
        members["exclusive_to"] = goal.exclusive_to
    if goal.ticket_product is not None:
        members["ticket_product_id"] = goal.ticket_product.id
        members["ticket_product_type"] = goal.ticket_product.type
    _add_related_goals(members, goal)
    _add_stage(members, goal)
    return members


def metadata(goal: Goal) -> Metadata:
    """Return whose the goal is, what an invitation was for, and who invited (see `privacy`)."""
    members: Metadata = {"user_id": goal.streamer_id}
    if goal.triggered_by_id is not None:
        members["triggered_by"] = goal.triggered_by_id
    if goal.prepaid_duration is not None:
        members["prepaid_duration"] = goal.prepaid_duration
    if goal.agreed_at is not None:
        members["goal_agreed"] = clock.to_epoch(goal.agreed_at)
    if goal.cooldown_until is not None:
        members["cooldown"] = clock.to_epoch(goal.cooldown_until)
    return members


def terms(goal: Goal) -> Terms | None:
    """Return what a sale promises, for the sale and its show; None if nothing was promised."""
    if goal.ticket_price is None or goal.terms_duration is None or goal.terms_start_within is None:
        return None
    members: Terms = {
        "price": goal.ticket_price,
        "duration": goal.terms_duration,
        "start_within": goal.terms_start_within,
    }
    if goal.start_by is not None:
        members["start_by"] = clock.to_epoch(goal.start_by)
    return members


def _add_related_goals(members: Context, goal: Goal) -> None:
    if goal.funding_goal_id is not None:
        members["session_id"] = goal.session_id
        members["funding_goal_id"] = goal.funding_goal_id
    if goal.show_goal_id is not None:
        members["show_goal_id"] = goal.show_goal_id
    if goal.trigger_goal_id is not None:
        members["trigger_goal_id"] = goal.trigger_goal_id
    if goal.exclusive_goal_id is not None:
        members["exclusive_goal_id"] = goal.exclusive_goal_id


def _add_stage(members: Context, goal: Goal) -> None:
    if goal.stage_started is not None:
        members["started"] = clock.to_epoch(goal.stage_started)
    if goal.stage_paused is not None:
        members["paused"] = clock.to_epoch(goal.stage_paused)
    if goal.stage_updated is not None:
        members["last_updated"] = clock.to_epoch(goal.stage_updated)
