"""A show that many hold tickets of, stored where it is to be told: run inside a house's own process."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from goals import escrow_ids
from goals.models import Goal
from goals.types import GoalType
from livestream import clock, ids
from livestream.models import User
from notifications.services import audiences
from sessions_app.models import Session
from wallet import sql
from wallet.models import Transfer


def viewer_id(number: int) -> str:
    """Name a ticket holder; the first is number 0."""
    return f"{number:024x}"


@transaction.atomic
def start_show(*, holders: int) -> None:
    """Store a show that has just started and its ticket holders, and what lets them in."""
    now = clock.now()
    streamer = User.objects.create(username="crowd-streamer")
    session = Session.objects.create(streamer=streamer, created_at=now, started_at=now)
    about = {"session": session, "streamer": streamer, "created_at": now, "started_at": now}
    levels = [{"title": "Crowd", "target": 3600}]
    funding = Goal.objects.create(
        type=GoalType.FUNDING,
        ended_at=now,
        ended_because="completed",
        exp=now,
        levels=levels,
        outcome="completed",
        **about,
    )
    show = Goal.objects.create(type=GoalType.SHOW, active=True, levels=levels, funding_goal=funding, **about)
    User.objects.bulk_create(User(id=viewer_id(n), username=f"crowd-{n}") for n in range(holders))
    Transfer.objects.bulk_create(_ticket(n, funding.id, now - timedelta(minutes=1)) for n in range(holders))
    sql.fill_totals([escrow_ids.show_funding(funding.id)])
    audiences.push_stream_authorized(goal_id=show.id, event_id=ids.new_id(), now=now)


def _ticket(number, funding_id, at):
    return Transfer(
        transfer_id=f"ticket:{number}",
        debit_id=viewer_id(number),
        credit_id=escrow_ids.show_funding(funding_id),
        amount=200,
        kind=Transfer.Kind.HOLD,
        created_at=at,
    )
