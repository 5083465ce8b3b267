"""The users of the soak: everybody has coins and the same password."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from bench import world
from bench.soak.people import PASSWORD, Member
from goals.models import TicketProduct
from livestream import clock
from livestream.demo import acts
from livestream.models import User


def build(*, users: int) -> None:
    """Fill the empty tables."""
    world.build(viewers=users, goals=0, now=clock.now())
    User.objects.update(password=make_password(PASSWORD))
    TicketProduct.objects.create(id=acts.TICKET, price=acts.TICKET_PRICE)


def members(*, port: int) -> list[Member]:
    """Return everybody, as who they call the server on this port."""
    return [Member(user.id, user.username, port) for user in User.objects.order_by("id")]
