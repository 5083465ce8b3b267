"""Pushes about an escrow: to its streamer what is paid out, to its payers what is refunded (spec section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Min, Sum

from goals import escrow_ids
from livestream.events.contracts import EscrowCompleted, EscrowCompletedIndividual
from livestream.outbox import Delivery, Urgency, durable, enqueue
from notifications import channels
from notifications.push_contracts import PushEvent
from notifications.services import pushes, wallet_pushes
from wallet import selectors as wallet
from wallet import transfer_ids
from wallet.models import EarlyRefund, Transfer
from wallet.selectors import Wallet

CHUNK = 1_000


def push_completed(*, name: PushEvent, event: EscrowCompleted | EscrowCompletedIndividual, now: datetime) -> None:
    """Push to the streamer what was paid out, in coins."""
    data = _moved(event.escrow_id, event.amount)
    if isinstance(event, EscrowCompletedIndividual):
        own = wallet.wallet_of(user_id=event.user_id)
        data |= {"transfer_id": event.transfer_id, "wallet": wallet_pushes.document(own)}
    pushes.push(
        channels=[channels.user(event.user_id)],
        event=name,
        data=data,
        subject=event.escrow_id,
        event_id=event.event_id,
        now=now,
    )


def enqueue_refund_pushes(
    *, escrow_id: str, first_payer: str, last_payer: str, event_id: str, early: bool = False
) -> None:
    """Enqueue the pushes to the payers from `first_payer` to `last_payer` (by id).

    For an `early` refund, only those of them in the batch of the event are pushed to.
    """
    enqueue(
        push_escrow_refunds,
        Delivery(key=f"{event_id}:{first_payer}"),
        escrow_id=escrow_id,
        first_payer=first_payer,
        last_payer=last_payer,
        event_id=event_id,
        **({"early": True} if early else {}),
    )


@durable(urgency=Urgency.PUSHES, subject="escrow_id")
def push_escrow_refunds(
    now: datetime,
    *,
    escrow_id: str,
    first_payer: str,
    last_payer: str,
    event_id: str,
    early: bool = False,
    size: int = CHUNK,
) -> int:
    """Push to each of the next `size` payers what they were given back, in coins.

    Where more are left, the next chunk is stored along with this one. Returns how many.
    """
    # One more is read than pushed: it is where the next chunk begins.
    if early:
        found = _early_refunds(event_id, first_payer, size + 1)
    else:
        found = _refunds(escrow_id, first_payer, last_payer, size + 1)
    own = wallet.wallets_of(user_ids=[refund.payer_id for refund in found[:size]])
    messages = (_refunded(refund, own[refund.payer_id], escrow_id, event_id) for refund in found[:size])
    pushes.push_all(messages=messages, now=now, bulk=True)
    if len(found) > size:
        rest = {"first_payer": found[size].payer_id, "last_payer": last_payer}
        enqueue_refund_pushes(escrow_id=escrow_id, event_id=event_id, early=early, **rest)
    return min(len(found), size)


@dataclass(frozen=True, slots=True)
class _Refund:
    """What one payer was refunded, in coins."""

    payer_id: str
    amount: int
    transfer_id: str


def _refunds(escrow_id: str, first_payer: str, last_payer: str, limit: int) -> list[_Refund]:
    """Return refunds in the order of payers; their ids begin alike, so the primary key sorts."""
    prefix = transfer_ids.refund_prefix(escrow_id)
    span = (prefix + first_payer, prefix + last_payer)
    rows = Transfer.objects.filter(kind=Transfer.Kind.REFUND, debit_id=escrow_id, transfer_id__range=span)
    found = rows.order_by("transfer_id").values_list("credit_id", "amount", "transfer_id")
    return [_Refund(*row) for row in found[:limit]]


def _early_refunds(batch: str, first_payer: str, limit: int) -> list[_Refund]:
    """Return the refunds of a batch, one for each payer, in the order of payers.

    A channel receives an event only once, so several payments of one payer are one refund: their sum,
    with the transfer of the first.
    """
    rows = EarlyRefund.objects.filter(batch=batch, payer_id__gte=first_payer, amount__gt=F("kept"))
    back = rows.values("payer_id").annotate(back=Sum(F("amount") - F("kept")), first=Min("hold_id"))
    found = back.order_by("payer_id").values_list("payer_id", "back", "first")
    return [
        _Refund(payer_id, amount, transfer_ids.early_refund(hold_id=hold)) for payer_id, amount, hold in found[:limit]
    ]


def _moved(escrow_id: str, amount: int) -> dict[str, Any]:
    return {"escrow_id": escrow_id, "goal_id": escrow_ids.goal_of(escrow_id), "amount": amount}


def _refunded(refund: _Refund, own: Wallet, escrow_id: str, event_id: str) -> pushes.Message:
    data = _moved(escrow_id, refund.amount)
    data |= {"transfer_id": refund.transfer_id, "wallet": wallet_pushes.document(own)}
    return pushes.Message(
        channels=[channels.user(refund.payer_id)],
        event=PushEvent.ESCROW_REFUNDED,
        data=data,
        subject=escrow_id,
        event_id=event_id,
    )
