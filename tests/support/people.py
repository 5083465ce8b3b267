"""People, sessions and shows for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from goals.demo import TICKET, create_ticket_products
from goals.models import Goal
from goals.services import creation
from livestream import clock
from livestream.models import User
from sessions_app.models import Session, Source
from sessions_app.services import opening
from wallet.services import transfers

TICKET_PRICE = 200
_numbers = count()


def make_user(*, coins: int = 0, name: str = "", is_staff: bool = False) -> User:
    """Make a user with `coins`."""
    user = User.objects.create(username=name or f"user-{next(_numbers)}", is_staff=is_staff)
    if coins:
        give_coins(user, coins)
    return user


def give_coins(user: User, coins: int) -> None:
    """Deposit `coins`."""
    transfers.deposit(user_id=user.pk, amount=coins, transfer_id=f"test:{next(_numbers)}:{user.pk}", now=clock.now())


def make_source(*, user_id: str, provider: str, now: datetime, metadata: Mapping[str, Any] | None = None) -> Source:
    """Make a source of `provider`, which its metadata name too, as those made in the admin do."""
    named = {**(metadata or {}), "provider": provider}
    return Source.objects.create(user_id=user_id, provider=provider, metadata=named, created_at=now)


def make_session(streamer: User | None = None, *, live: bool = True) -> Session:
    """Open a session and go live."""
    streamer = streamer or make_user()
    session = opening.open_session(streamer_id=streamer.pk, now=clock.now(), prices={"sd": 60})
    if live:
        session = opening.start_session(session_id=session.id, caller_id=streamer.pk, now=clock.now())
    return session


def make_funding(
    session: Session,
    *,
    target: int = 400,
    seconds: float = 600,
    duration: int = 1,
    start_within: int | None = None,
) -> Goal:
    """Put tickets of 200 coins on sale for `seconds`, for a show of at least `duration` seconds."""
    create_ticket_products()
    return creation.create_funding_goal(
        streamer_id=session.streamer_id,
        session_id=session.id,
        levels=[{"title": "Tickets", "target": target}],
        exp=clock.now() + timedelta(seconds=seconds),
        ticket_product_id=TICKET,
        ticket_product_type="show",
        duration=duration,
        start_within=start_within,
        now=clock.now(),
    )


def make_show(funding: Goal, *, target: int = 60, nbf: datetime | None = None) -> Goal:
    """Make the show of a reached funding goal."""
    return creation.create_show_goal(
        streamer_id=funding.streamer_id,
        session_id=funding.session_id,
        funding_goal_id=funding.id,
        levels=[{"title": "Show", "target": target}],
        ticket_product_id=TICKET,
        ticket_product_type="show",
        nbf=nbf,
        now=clock.now(),
    )
