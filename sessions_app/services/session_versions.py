"""The version of what a session shows, its goals' entries included: a number that only grows (spec section 4)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from sessions_app.models import SessionVersion


def bump(*, session_id: str, by: int = 1) -> None:
    """Raise a session's version in the transaction of the change, after everything else is locked.

    Versions are locked last (`goals.services.locking`): the row stays locked until the change
    commits, so versions are in the order of the commits. The first bump of a session stores 1.
    """
    with transaction.atomic():
        mine = SessionVersion.objects.filter(pk=session_id)
        if mine.update(version=F("version") + by):
            return
        # Two first changes at a time: both insert, one of them nothing, and both count.
        SessionVersion.objects.bulk_create([SessionVersion(session_id=session_id, version=0)], ignore_conflicts=True)
        mine.update(version=F("version") + by)
