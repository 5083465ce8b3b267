"""Escrows: opening, locking, the end of payments into them, and their final state."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from livestream.storage import advisory_locks
from livestream.storage.compiled import CompiledQuery
from wallet.errors import EscrowNotEmpty, EscrowNotFound
from wallet.models import Account, Earning, Escrow, PendingCredit
from wallet.services import accounts

_LOCKED = CompiledQuery(lambda escrow_id: Escrow.objects.select_for_update().filter(pk=escrow_id))


def open_escrow(*, escrow_id: str, user_id: str, now: datetime, accepts_until: datetime | None = None) -> Escrow:
    """Open an escrow in favour of the streamer `user_id`; opening it again changes nothing."""
    accounts.ensure_account(account_id=escrow_id, kind=Account.Kind.ESCROW, now=now)
    accounts.ensure_user_account(user_id=user_id, now=now)
    escrow, _ = Escrow.objects.get_or_create(
        escrow_id=escrow_id,
        defaults={"user_id": user_id, "opened_at": now, "accepts_until": accepts_until},
    )
    return escrow


def lock_escrow(*, escrow_id: str) -> Escrow:
    """Lock an escrow exclusively: payments in flight have arrived, and further ones wait.

    Payers share an advisory lock rather than the row, so that counting, which writes the row,
    never makes them wait. The order of locks is session, escrow, accounts by id, goal.
    """
    advisory_locks.lock(name=escrow_id)
    return lock_row(escrow_id=escrow_id)


def lock_row(*, escrow_id: str) -> Escrow:
    """Lock the row of an escrow against counting and settling, while payments go on; raises EscrowNotFound."""
    escrow = _LOCKED.first(escrow_id=escrow_id)
    if escrow is None:
        raise EscrowNotFound("There is no escrow {escrow_id}.", given={"escrow_id": escrow_id})
    return escrow


def set_accepts_until(*, escrow_id: str, until: datetime | None) -> None:
    """Set until when an open escrow takes money; None is as long as it is open."""
    Escrow.objects.filter(pk=escrow_id, state=Escrow.State.OPEN).update(accepts_until=until)


def stop_accepting(*, escrow_id: str, at: datetime) -> None:
    """Have an open escrow accept no payments from `at` on; an earlier limit stays."""
    taking = Escrow.objects.filter(Q(accepts_until=None) | Q(accepts_until__gt=at), state=Escrow.State.OPEN)
    taking.filter(pk=escrow_id).update(accepts_until=at)


def decide(*, escrow: Escrow, state: str, now: datetime) -> None:
    """Set the final state of a locked, open escrow, which takes no more money from `now` on."""
    escrow.state, escrow.decided_at, escrow.accepts_until = state, now, now
    escrow.save(update_fields=["state", "decided_at", "accepts_until"])


def settle(*, escrow: Escrow, now: datetime) -> None:
    """Mark a decided, locked escrow as settled.

    Raises EscrowNotEmpty unless its account is empty, no payment is uncounted and no earning is
    pending.
    """
    left = {
        "coins": Account.objects.values_list("balance", flat=True).get(pk=escrow.escrow_id),
        "uncounted payments": PendingCredit.objects.filter(account_id=escrow.escrow_id).count(),
        "pending earnings": escrow.earnings.filter(state=Earning.State.PENDING).count(),
    }
    if any(left.values()):
        raise EscrowNotEmpty(f"{escrow.escrow_id} is not settled: {left} are left.")
    escrow.settled_at = now
    escrow.save(update_fields=["settled_at"])
