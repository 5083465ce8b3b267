"""Queries of balances, transfers, earnings and the payments into escrows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from livestream.models import User
from livestream.storage.compiled import CompiledQuery
from wallet import sql, transfer_ids
from wallet.models import Account, EarlyRefund, Earning, Escrow, PayerTotal, PendingCredit, PendingDebit, Transfer


def balance_of(*, user_id: str) -> int:
    """Return a user's coins; 0 without an account."""
    return wallet_of(user_id=user_id).balance


@dataclass(frozen=True, slots=True)
class Wallet:
    """A user's coins; of two wallets of a user, the one with the higher version is newer."""

    balance: int = 0
    version: int = 0


def wallet_of(*, user_id: str) -> Wallet:
    """Return a user's wallet, an empty one without an account."""
    found = _WALLET.first(user_id=user_id)
    return Wallet(*found) if found else Wallet()


_WALLET: CompiledQuery[tuple[int, int]] = CompiledQuery(
    lambda user_id: Account.objects.filter(pk=user_id).values_list("balance", "version")
)


def wallets_of(*, user_ids: Collection[str]) -> dict[str, Wallet]:
    """Return the wallets of those users who have an account, by user, in one query."""
    rows = Account.objects.filter(pk__in=user_ids).values_list("pk", "balance", "version")
    return {user_id: Wallet(balance, version) for user_id, balance, version in rows}


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


def deposits_wait() -> bool:
    """Return whether there are deposits that the system account has not counted yet."""
    return PendingDebit.objects.exists()


def uncounted(*, account_id: str) -> int:
    """Return the coins that an account's balance does not count yet: pending credits minus pending debits."""
    owed = PendingDebit.objects.filter(account_id=account_id).aggregate(total=Sum("amount"))["total"] or 0
    return pending_credit(escrow_id=account_id) - owed


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment into an escrow that was not refunded early; `amount` in coins."""

    transfer_id: str
    payer_id: str
    amount: int
    created_at: datetime


def payments_held(*, escrow_id: str, payer_id: str | None = None) -> list[Payment]:
    """Return the payments into an escrow, of all or of one payer, that were not refunded early, oldest first."""
    held = _holds(escrow_id).filter(early_refund=None)
    if payer_id is not None:
        held = held.filter(debit_id=payer_id)
    rows = held.order_by("created_at", "pk").values_list("pk", "debit_id", "amount", "created_at")
    return [Payment(*row) for row in rows]


def holds(*, escrow_id: str, user_id: str) -> bool:
    """Return whether the user has a payment that was not refunded early; access to a goal requires it."""
    return _holds(escrow_id).filter(debit_id=user_id, early_refund=None).exists()


def holding_payers(*, escrow_id: str) -> QuerySet[Transfer, Any]:
    """Return the query for the ids of those of whom an escrow holds a payment, each payment's payer once more."""
    return _holds(escrow_id).filter(early_refund=None).order_by().values("debit_id")


def breakdown_of(*, escrow_id: str, limit: int) -> dict[str, int]:
    """Return who paid how many coins into an escrow, most first, `limit` payers at most.

    Here and in the next selectors, amounts are net of early refunds, payments that are not counted yet are
    included, and payers who were refunded in full are left out. They read what the counter keeps by payer, so they
    do not depend on the size of the crowd. `held_by_payer` is the same as a sum of transfers.
    """
    return dict(sql.find_top_payers(escrow_id, limit))


def own_coins(*, escrow_ids: Collection[str], payer_id: str) -> dict[str, int]:
    """Return the coins that one payer paid into each of these escrows, in one query, and none for no escrow."""
    return {escrow_id: coins for (escrow_id, _), coins in _coins(escrow_ids, [payer_id]).items()}


def coins_of_each(*, escrow_id: str, payer_ids: Collection[str]) -> dict[str, int]:
    """Return the coins that each of these users paid into an escrow, in one query; none for no user."""
    return {payer_id: coins for (_, payer_id), coins in _coins([escrow_id], payer_ids).items()}


def paid_by(*, escrow: str, payer_id: str) -> Combinable:
    """Return a query expression: the coins that one payer paid into an escrow, less what was refunded early.

    `escrow` names the column or annotation that holds the escrow's id.
    """
    counted = PayerTotal.objects.filter(escrow_id=OuterRef(escrow), payer_id=payer_id).values("coins")
    waiting = sql.WaitingCoinsOf(F(escrow), Value(payer_id))
    return Coalesce(Subquery(counted), 0, output_field=BigIntegerField()) + waiting


def payers_of(*, escrow_id: str, after: str = "", limit: int = 1000) -> list[str]:
    """Return the payers of an escrow whose ids come after `after`, in order of id."""
    return sql.find_payers(escrow_id, after, limit)


def held_by_payer(*, escrow_id: str) -> QuerySet[Transfer, Any]:
    """Return who paid into an escrow and how many coins: pairs of user id and `paid`, summed from the transfers.

    Its time grows with the number of payments. It is what the kept coins by payer are compared with.
    """
    back = Coalesce(F("early_refund__amount") - F("early_refund__kept"), 0)
    paid = _holds(escrow_id).order_by().values("debit_id").annotate(paid=Sum(F("amount") - back))
    return paid.filter(paid__gt=0).values_list("debit_id", "paid")


def _coins(escrow_ids: Collection[str], payer_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return the coins by escrow and payer, counted and waiting ones; both are read in one statement."""
    if not escrow_ids or not payer_ids:
        return {}
    counted = PayerTotal.objects.filter(escrow_id__in=escrow_ids, payer_id__in=payer_ids)
    waiting = PendingCredit.objects.filter(account_id__in=escrow_ids, payer_id__in=payer_ids)
    rows = counted.values_list("escrow_id", "payer_id", "coins").union(
        waiting.values_list("account_id", "payer_id", "amount"), all=True
    )
    found: Counter[tuple[str, str]] = Counter()
    for escrow_id, payer_id, coins in rows:
        found[escrow_id, payer_id] += coins
    return +found  # without those who were refunded in full


def kept_of(*, transfer_ids: Collection[str]) -> dict[str, int]:
    """Return, by payment, the coins that were kept for the streamer; only for payments that were refunded early."""
    early = EarlyRefund.objects.filter(pk__in=transfer_ids)
    return dict(early.values_list("hold_id", "kept"))


def refunded_to(*, escrow_id: str, user_id: str) -> int:
    """Return all coins that one payer was refunded from an escrow, early or at its end."""
    refunds = Transfer.objects.filter(debit_id=escrow_id, credit_id=user_id, kind=Transfer.Kind.REFUND)
    return refunds.aggregate(total=Sum("amount"))["total"] or 0


def refunded_at_end(*, escrow_id: str, user_id: str) -> int:
    """Return the coins that one payer was refunded when the whole escrow was refunded."""
    transfer_id = transfer_ids.refund_prefix(escrow_id) + user_id
    return Transfer.objects.filter(pk=transfer_id).values_list("amount", flat=True).first() or 0


def refunded_in(*, batch: str, user_id: str) -> int:
    """Return the coins that one payer was refunded by one batch of early refunds; `batch` is its event's id."""
    rows = EarlyRefund.objects.filter(batch=batch, payer_id=user_id)
    return rows.aggregate(total=Sum(F("amount") - F("kept")))["total"] or 0


def waits_for_account(*, escrow: Escrow) -> bool:
    """Return whether a decided escrow waits because it owes coins to a closed account (spec section 6)."""
    if escrow.state not in Escrow.PAID_OUT:
        return False
    owed = escrow.earnings.filter(state=Earning.State.PENDING, amount__gt=0)
    return owed.filter(Exists(User.objects.filter(pk=escrow.user_id, is_active=False))).exists()


def waiting_for_account() -> QuerySet[Escrow]:
    """Return the decided escrows whose payout waits because the streamer's account is closed."""
    closed = User.objects.filter(pk=OuterRef("user_id"), is_active=False)
    return Escrow.objects.filter(Exists(closed), settled_at=None, state__in=Escrow.PAID_OUT)


def unsettled_escrows(*, before: datetime) -> QuerySet[Escrow]:
    """Return the escrows that were decided before `before` and are not settled."""
    return Escrow.objects.filter(settled_at=None, decided_at__lt=before)


def stranded_escrows(*, before: datetime) -> QuerySet[Escrow]:
    """Return the paid out escrows that were marked as settled before `before` with a pending earning."""
    pending = Earning.objects.filter(state=Earning.State.PENDING, escrow__settled_at__lt=before)
    return Escrow.objects.filter(pk__in=pending.values("escrow_id"), state__in=Escrow.PAID_OUT)


def _holds(escrow_id: str) -> QuerySet[Transfer]:
    return Transfer.objects.filter(credit_id=escrow_id, kind=Transfer.Kind.HOLD)
