"""The stored feed of live sessions (spec sections 3 and 4)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from livestream.outbox import Urgency, durable
from sessions_app import feed_goals
from sessions_app.models import FeedEntry
from sessions_app.services import locking


@durable(urgency=Urgency.PUSHES, subject="session_id")
def update_livestream_feed(now: datetime, *, session_id: str) -> None:
    """Store the feed's entry of a session that is live, and drop that of any other.

    It looks at the session and not at what happened to it: so events may come twice, late or
    replayed, and an ended session stays away. Raises SessionNotFound.
    """
    with transaction.atomic():
        session = locking.lock_session(session_id=session_id)  # it does not end until this commits
        if not session.active or session.started_at is None:
            FeedEntry.objects.filter(session_id=session_id).delete()
            return
        shown = {"started_at": session.started_at, "goal_ids": feed_goals.ids_in(session_id=session_id)}
        if not FeedEntry.objects.filter(session=session, **shown).exists():
            FeedEntry.objects.update_or_create(session=session, defaults={**shown, "updated_at": now})
