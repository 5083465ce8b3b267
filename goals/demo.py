"""What the local profile sells."""

from __future__ import annotations

from goals.models import TicketProduct
from goals.types import GoalType

TICKET = "livestream-show-ticket_200"


def create_ticket_products() -> None:
    """Create the ticket of the seeds, for 200 coins."""
    TicketProduct.objects.get_or_create(id=TICKET, defaults={"type": GoalType.SHOW.value, "price": 200})
