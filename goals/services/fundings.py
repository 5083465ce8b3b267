"""Opening a ticket sale."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from goals import escrow_ids
from goals.errors import ExpiryInThePast, UnknownTicketProduct
from goals.models import Goal, TicketProduct
from goals.services import creation, stage_use
from goals.types import GoalType
from livestream.storage.conflicts import retried
from sessions_app.services import locking as session_locking
from wallet.services import escrows


@retried
def create_funding_goal(
    *,
    streamer_id: str,
    session_id: str,
    levels: list[dict[str, Any]],
    exp: datetime,
    ticket_product_id: str,
    ticket_product_type: str,
    now: datetime,
) -> Goal:
    """Open the sale of tickets for a show, with its escrow; levels' targets are coins.

    The ticket's price is that of the product at this moment. Raises SessionNotFound,
    NotYourSession, SessionNotActive, UnknownTicketProduct, ExpiryInThePast.
    """
    with transaction.atomic():
        session = session_locking.lock_own_session(session_id=session_id, caller_id=streamer_id)
        stage_use.refuse_show(session_id=session_id)
        if exp <= now:
            raise ExpiryInThePast
        product = find_product(product_id=ticket_product_id, product_type=ticket_product_type)
        goal = Goal(
            type=GoalType.FUNDING,
            session=session,
            streamer_id=streamer_id,
            levels=levels,
            exp=exp,
            ticket_product=product,
            ticket_price=product.price,
        )
        escrows.open_escrow(
            escrow_id=escrow_ids.show_funding(goal.id),
            user_id=streamer_id,
            accepts_until=exp,
            now=now,
        )
        return creation.create_goal(goal=goal, now=now)


def find_product(*, product_id: str, product_type: str) -> TicketProduct:
    """Return the ticket product; UnknownTicketProduct where id and type do not name one."""
    product = TicketProduct.objects.filter(pk=product_id, type=product_type).first()
    if product is None:
        raise UnknownTicketProduct(f"{product_id} ({product_type}) is not sold.")
    return product
