"""Queries of balances, transfers, earnings and the payments into escrows."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from wallet import transfer_ids
from wallet.models import Account, Earning, PendingCredit, Transfer


def balance_of(*, user_id: str) -> int:
    """Return a user's coins; 0 without an account."""
    return Account.objects.filter(pk=user_id).values_list("balance", flat=True).first() or 0


def transfers_of(*, user_id: str) -> QuerySet[Transfer]:
    """Return a user's own movements, with both accounts."""
    own = Transfer.objects.filter(Q(debit_id=user_id) | Q(credit_id=user_id, kind__in=INCOMING))
    return own.prefetch_related("debit", "credit")


# The kinds that can credit a user's account. The query names them so that its index is used.
INCOMING = (Transfer.Kind.DEPOSIT, Transfer.Kind.PAYOUT, Transfer.Kind.REFUND)


def earnings_of(*, user_id: str) -> QuerySet[Earning]:
    """Return a streamer's own earnings."""
    return Earning.objects.filter(user_id=user_id)


def pending_credit(*, escrow_id: str, payer_id: str | None = None) -> int:
    """Return the coins paid into an escrow, by all or by one payer, that are not counted yet."""
    waiting = PendingCredit.objects.filter(account_id=escrow_id)
    if payer_id is not None:
        waiting = waiting.filter(payer_id=payer_id)
    return waiting.aggregate(total=Sum("amount"))["total"] or 0


def accounts_with_pending_credit() -> QuerySet[PendingCredit, str]:
    """Return the ids of the accounts that have payments to count, in one order for everybody.

    Two relays that store work for each of them would otherwise wait for one another.
    """
    return PendingCredit.objects.order_by("account_id").values_list("account_id", flat=True).distinct()


def held_by_payer(*, escrow_id: str) -> QuerySet[Transfer, Any]:
    """Return who paid into an escrow and how many coins: pairs of user id and `paid`."""
    held = Transfer.objects.filter(credit_id=escrow_id, kind=Transfer.Kind.HOLD)
    return held.order_by().values("debit_id").annotate(paid=Sum("amount")).values_list("debit_id", "paid")


def payers_of(*, escrow_id: str, after: str = "", limit: int = 1000) -> list[str]:
    """Return the payers of an escrow whose ids come after `after`, in order of id."""
    rows = held_by_payer(escrow_id=escrow_id).filter(debit_id__gt=after).order_by("debit_id")
    return [payer_id for payer_id, _ in rows[:limit]]


def top_payers(*, escrow_id: str, limit: int) -> list[tuple[str, int]]:
    """Return who paid most into an escrow, and how many coins each."""
    return list(held_by_payer(escrow_id=escrow_id).order_by(F("paid").desc(), "debit_id")[:limit])


def paid_by(*, escrow_id: str, user_id: str) -> int:
    """Return the coins that one user paid into an escrow."""
    held = Transfer.objects.filter(credit_id=escrow_id, kind=Transfer.Kind.HOLD, debit_id=user_id)
    return held.aggregate(paid=Sum("amount"))["paid"] or 0


def refunded_to(*, escrow_id: str, user_id: str) -> int:
    """Return the coins that one payer was given back from an escrow."""
    transfer_id = transfer_ids.refund_prefix(escrow_id) + user_id
    return Transfer.objects.filter(pk=transfer_id).values_list("amount", flat=True).first() or 0
