"""A contribution in idiomatic Django: lock the rows, change them, save them."""

from __future__ import annotations

from django.db import transaction

from goals.models import Goal
from livestream import clock, ids
from livestream.models import EventRecord, OutboxMessage
from wallet.models import Account, Escrow, Transfer


def buy(goal_id: str, payer_id: str) -> Transfer:
    """Buy one ticket; the goal's, the escrow's and the payer's rows are held until the end."""
    now = clock.now()
    with transaction.atomic():
        goal = Goal.objects.select_for_update().get(pk=goal_id)
        escrow = Escrow.objects.select_for_update().get(pk=goal.escrow_id)
        held = Account.objects.select_for_update().get(pk=escrow.pk)
        payer = Account.objects.select_for_update().get(pk=payer_id)
        price = goal.ticket_price or 0
        if escrow.state != Escrow.State.OPEN or payer.balance < price:
            raise RuntimeError("not bought")
        bought, is_new = Transfer.objects.get_or_create(
            transfer_id=f"goal:ticket:{goal_id}:{payer_id}:{ids.new_id()}",
            defaults={"debit": payer, "credit": held, "amount": price, "kind": "hold", "created_at": now},
        )
        if is_new:
            _move(goal, escrow, held, payer, price)
            _tell(goal, bought)
    return bought


def _move(goal: Goal, escrow: Escrow, held: Account, payer: Account, price: int) -> None:
    payer.balance -= price
    payer.save()
    held.balance += price
    held.save()
    escrow.received += price
    escrow.save()
    goal.progress += price
    goal.save()


def _tell(goal: Goal, bought: Transfer) -> None:
    event = EventRecord.objects.create(
        event_id=ids.new_id(),
        name="goal.progressed",
        payload={"goal_id": goal.id, "progress": goal.progress, "amount": bought.amount},
        goal_id=goal.id,
        occurred_at=bought.created_at,
    )
    OutboxMessage.objects.create(
        actor="deliver_event",
        kwargs={"position": event.position},
        subject=goal.id,
        eta=bought.created_at,
        due_at=bought.created_at,
        created_at=bought.created_at,
    )
