"""What a crowd leaves behind, written at once: payments, refunds, progress and pushes."""

from __future__ import annotations

from datetime import datetime, timedelta

from goals.models import Goal
from livestream import ids
from livestream.models import EventRecord
from notifications.models import Push
from notifications.push_contracts import PushEvent
from notifications.push_examples import EXAMPLES
from wallet import transfer_ids
from wallet.models import Transfer

COINS = 200


def write_crowd(funding: Goal, *, number: int, began: datetime, seconds: float, given_back: bool = False) -> None:
    """Write what `number` payers who came within some seconds leave behind, refunds on wish."""
    moments = [began + timedelta(seconds=seconds) * each / number for each in range(number)]
    payers = [f"{each:024x}" for each in range(1, number + 1)]
    escrow_id = str(funding.escrow_id)
    paid = [_held(escrow_id, payer, at) for payer, at in zip(payers, moments, strict=True)]
    over = began + timedelta(seconds=seconds)
    back = [_refund(escrow_id, payer, over) for payer in payers] if given_back else []
    Transfer.objects.bulk_create([*paid, *back])
    EventRecord.objects.bulk_create(
        _progressed(funding, payer, at, position)
        for position, (payer, at) in enumerate(zip(payers, moments, strict=True))
    )
    Push.objects.bulk_create(_push(funding, at) for at in moments)


def _held(escrow_id: str, payer: str, at: datetime) -> Transfer:
    return Transfer(
        transfer_id=f"goal:ticket:{escrow_id}:{payer}",
        debit_id=payer,
        credit_id=escrow_id,
        amount=COINS,
        kind=Transfer.Kind.HOLD,
        created_at=at,
    )


def _refund(escrow_id: str, payer: str, at: datetime) -> Transfer:
    return Transfer(
        transfer_id=transfer_ids.refund_prefix(escrow_id) + payer,
        debit_id=escrow_id,
        credit_id=payer,
        amount=COINS,
        kind=Transfer.Kind.REFUND,
        created_at=at,
    )


def _progressed(funding: Goal, payer: str, at: datetime, number: int) -> EventRecord:
    facts = {
        "goal_id": funding.id,
        "session_id": funding.session_id,
        "streamer_id": funding.streamer_id,
        "type": funding.type,
        "active": True,
        "progress": COINS * (number + 1),
        "level": 0,
        "levels": funding.levels,
        "conditions": {"session_id": funding.session_id},
        "context": {},
        "metadata": {"user_id": funding.streamer_id},
        "amount": COINS,
        "old_level": 0,
        "payers": {payer: COINS},
    }
    return EventRecord(
        event_id=ids.new_id(),
        name="goal.progressed",
        payload=facts,
        goal_id=funding.id,
        session_id=funding.session_id,
        escrow_id=funding.escrow_id,
        occurred_at=at,
    )


def _push(funding: Goal, at: datetime) -> Push:
    return Push(
        channels=[f"private-user@{funding.streamer_id}"],
        event=PushEvent.GOAL_PROGRESS_UPDATED,
        data={**EXAMPLES[PushEvent.GOAL_PROGRESS_UPDATED], "triggerer": "only in the push"},
        subject=funding.id,
        event_id=ids.new_id(),
        created_at=at,
        sent_at=at,
    )
