"""Why goals end, and what follows from it by table: the outcome, and whether nobody may invite again for a while.

Spec section 2. Pure functions.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from goals.types import Settlement, facts_of


class EndedBecause(StrEnum):
    """Why a goal ended; it is stored when the goal ends, and never inferred later (spec section 2)."""

    COMPLETED = "completed"
    EXPIRED = "expired"
    UNPERFORMED = "unperformed"
    NOT_STARTED = "not_started"
    SESSION_ENDED = "session_ended"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"
    ACCOUNT_CLOSED = "account_closed"
    ENDED_BY_SUPPORT = "ended_by_support"
    REFUNDED_BY_SUPPORT = "refunded_by_support"


class Outcome(StrEnum):
    """What became of a goal, and so of its money (spec section 3)."""

    COMPLETED = "completed"
    AGREED = "agreed"
    REFUNDED = "refunded"
    SPLIT = "split"
    CANCELLED = "cancelled"


# What becomes of a goal that ends for a reason, where nothing about its type says otherwise.
_OUTCOMES = {
    EndedBecause.COMPLETED: Outcome.COMPLETED,
    EndedBecause.EXPIRED: Outcome.REFUNDED,
    EndedBecause.UNPERFORMED: Outcome.REFUNDED,
    EndedBecause.NOT_STARTED: Outcome.REFUNDED,
    EndedBecause.SESSION_ENDED: Outcome.REFUNDED,
    EndedBecause.CANCELLED: Outcome.CANCELLED,
    EndedBecause.WITHDRAWN: Outcome.REFUNDED,
    EndedBecause.DECLINED: Outcome.REFUNDED,
    EndedBecause.UNANSWERED: Outcome.REFUNDED,
    EndedBecause.SUPERSEDED: Outcome.REFUNDED,
    EndedBecause.BLOCKED: Outcome.REFUNDED,
    EndedBecause.ACCOUNT_CLOSED: Outcome.REFUNDED,
    EndedBecause.ENDED_BY_SUPPORT: Outcome.CANCELLED,
    EndedBecause.REFUNDED_BY_SUPPORT: Outcome.REFUNDED,
}
# After these an invitation is not repeated for a while: the streamer said no, or nothing.
_REFUSALS = frozenset({EndedBecause.DECLINED, EndedBecause.UNANSWERED})


def outcome_of(goal_type: str, because: EndedBecause, *, progress: int, agreed: bool, reached: bool = False) -> Outcome:
    """Return what becomes of a goal that ends.

    `agreed` is whether the streamer agreed to the invitation, `reached` whether the last target is reached.
    """
    listed = _OUTCOMES[because]
    settled_by = facts_of(goal_type).settled_by
    if because == EndedBecause.REFUNDED_BY_SUPPORT:
        return listed
    match settled_by:
        case Settlement.SHOW:
            return listed
        case Settlement.PRIVATE:
            return _outcome_of_private(listed, progress=progress, agreed=agreed, reached=reached)
        case Settlement.ONE_ON_ONE:
            return _outcome_of_one_on_one(goal_type, listed, progress=progress, agreed=agreed)
        case Settlement.NONE:
            return Outcome.COMPLETED if listed == Outcome.COMPLETED else Outcome.CANCELLED
        case _:
            assert_never(settled_by)


def _outcome_of_private(listed: Outcome, *, progress: int, agreed: bool, reached: bool) -> Outcome:
    if not agreed:
        return listed
    return Outcome.AGREED if reached else _cut_short(progress)


def _outcome_of_one_on_one(goal_type: str, listed: Outcome, *, progress: int, agreed: bool) -> Outcome:
    if facts_of(goal_type).is_invitation:
        return Outcome.AGREED if agreed else listed
    return listed if listed == Outcome.COMPLETED else _cut_short(progress)


def _cut_short(performed: int) -> Outcome:
    return Outcome.SPLIT if performed else Outcome.REFUNDED


def at_expiry(goal_type: str, *, agreed: bool, reached: bool = False) -> EndedBecause:
    """Return why a goal ends at its `exp`: the invitation was not answered, or its time is over."""
    facts = facts_of(goal_type)
    if facts.is_invitation and not agreed:
        return EndedBecause.UNANSWERED
    whole = reached if facts.performed else facts.is_invitation
    return EndedBecause.COMPLETED if whole else EndedBecause.EXPIRED


def cools_down(because: EndedBecause) -> bool:
    """Return whether an invitation that ends for this reason may not be repeated for a while (spec section 6)."""
    return because in _REFUSALS
