"""The version of what a session shows, including its goals' entries; it only grows (spec section 4)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from sessions_app.models import SessionVersion


def bump(*, session_id: str, by: int = 1) -> None:
    """Increase a session's version in the transaction of the change, after everything else is locked.

    Versions are locked last (`goals.services.locking`). The row stays locked until the change commits,
    so versions are in the order of the commits. The first bump of a session stores `by`.
    """
    with transaction.atomic():
        mine = SessionVersion.objects.filter(pk=session_id)
        if mine.update(version=F("version") + by):
            return
        # If two first changes run at the same time, one insert is ignored, and both updates count.
        SessionVersion.objects.bulk_create([SessionVersion(session_id=session_id, version=0)], ignore_conflicts=True)
        mine.update(version=F("version") + by)
