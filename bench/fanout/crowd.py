"""A show that has just started, and the many who hold its tickets, made by SQL."""

from __future__ import annotations

from django.db import connection, transaction

from bench import world
from bench.refund import crowd
from goals.endings import EndedBecause
from goals.models import Goal
from goals.types import GoalType
from livestream import clock

SHOW_ID = "5" * 24
_SECONDS = 3600


def gather(*, holders: int) -> None:
    """Make a world in which a show starts that each of `holders` viewers has a ticket of."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_audience CASCADE")
    crowd.gather(payers=holders)
    now, funding_id = clock.now(), world.goal_id(0)
    about = {"created_at": now, "started_at": now, "streamer_id": funding_id, "session_id": funding_id}
    levels = [{"title": "Show", "target": _SECONDS}]
    with transaction.atomic():
        Goal.objects.filter(pk=funding_id).update(
            active=False, ended_at=now, ended_because=EndedBecause.COMPLETED, exp=now, show_goal=None
        )
        Goal.objects.create(
            id=SHOW_ID, type=GoalType.SHOW, active=True, funding_goal_id=funding_id, levels=levels, **about
        )
        Goal.objects.filter(pk=funding_id).update(show_goal_id=SHOW_ID)
    world.settle_down()
