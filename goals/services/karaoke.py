"""Karaoke: songs as levels, paid by nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from goals.errors import KaraokeAlreadyActive
from goals.models import Goal
from goals.services import creation
from goals.types import GoalType
from livestream.storage.conflicts import retried
from sessions_app.services import locking as session_locking


@retried
def create_karaoke_goal(
    *,
    streamer_id: str,
    session_id: str,
    levels: list[dict[str, Any]],
    nbf: datetime | None,
    now: datetime,
) -> Goal:
    """Make the session's karaoke: a level a song, targets in seconds, each above the one before.

    Raises KaraokeAlreadyActive while another one has not ended, and what locking the session does.
    """
    with transaction.atomic():
        session = session_locking.lock_own_session(session_id=session_id, caller_id=streamer_id)
        if Goal.objects.filter(session=session, type=GoalType.KARAOKE, ended_at=None).exists():
            raise KaraokeAlreadyActive
        goal = Goal(type=GoalType.KARAOKE, session=session, streamer_id=streamer_id, levels=levels, nbf=nbf)
        return creation.create_goal(goal=goal, now=now)
