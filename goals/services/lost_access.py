"""Who may no longer watch what they paid for, and since when (spec section 6).

Nobody pays for what they were kept from. A worker may be late: so the moment of the loss counts,
and not the moment at which a worker gets to it.
"""

from __future__ import annotations

from datetime import datetime

from goals.endings import EndedBecause
from goals.models import Goal
from livestream import users
from wallet import selectors as wallet

# By reason, who lost access and when.
Losses = dict[EndedBecause, dict[str, datetime]]


def of_payers(*, goal: Goal, now: datetime, until: datetime | None = None) -> Losses:
    """Return which payers whose coins a goal's escrow holds are blocked, or have closed their account.

    With `until`, only what happened before that moment counts. What nobody noted the time of
    happens `now`.
    """
    holding = wallet.holding_payers(escrow_id=str(goal.escrow_id))
    found: Losses = {
        EndedBecause.BLOCKED: _before(until, now, users.blocked_among(user_ids=holding, streamer_id=goal.streamer_id)),
        EndedBecause.ACCOUNT_CLOSED: _before(until, now, users.closed_among(user_ids=holding)),
    }
    return found


def of_streamer(*, goal: Goal, now: datetime) -> datetime | None:
    """Return when the account of a goal's streamer was closed, with which everybody loses access; None while open."""
    closed = users.closed_among(user_ids=[goal.streamer_id])
    return (closed[goal.streamer_id] or now) if closed else None


def pays_until(*, goal: Goal, until: datetime, now: datetime) -> dict[str, datetime]:
    """Return of the payers of a private show or a 1-on-1 who lost access before `until` when: they pay until then."""
    found = [*of_payers(goal=goal, now=now, until=until).values()]
    closed_at = of_streamer(goal=goal, now=now)
    if closed_at is not None and closed_at < until:
        payments = wallet.payments_held(escrow_id=str(goal.escrow_id))
        found.append({each.payer_id: closed_at for each in payments})
    return {payer: min(each[payer] for each in found if payer in each) for payer in set().union(*found)}


def _before(until: datetime | None, now: datetime, lost: dict[str, datetime | None]) -> dict[str, datetime]:
    known = {user_id: at or now for user_id, at in lost.items()}
    return {user_id: at for user_id, at in known.items() if until is None or at < until}
