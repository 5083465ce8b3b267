"""The rows that say what is wanted of shows' recordings: made, kept, locked and changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from sessions_app.models import Recording


def new_wish(*, goal_id: str, session_id: str, streamer_id: str, now: datetime, target: int | None = None) -> Recording:
    """Return a recording that is not kept yet; `target` is in performed seconds, None where unknown.

    It may last as long as the show would, with the longest wait before and the grace after it.
    """
    longest = settings.SESSION_MAX_DURATION + settings.SHOW_END_GRACE
    if target is not None:
        longest = min(longest, target + settings.SHOW_MAX_WAIT + settings.SHOW_END_GRACE)
    until = now + timedelta(seconds=longest)
    return Recording(goal_id=goal_id, session_id=session_id, streamer_id=streamer_id, created_at=now, until=until)


def lock(*, wish: Recording) -> Recording:
    """Lock the kept recording; one whose call an earlier release stored is kept first."""
    rows = Recording.objects.select_for_update().filter(pk=wish.pk)
    recording = rows.first()
    if recording is None:
        keep(wish=wish)
        recording = rows.get()
    return recording


def keep(*, wish: Recording) -> None:
    """Keep a recording, unless there is one of its show."""
    Recording.objects.bulk_create([wish], ignore_conflicts=True)


def save(recording: Recording, **known: Any) -> None:
    """Change a locked recording, as far as something is known of it."""
    for name, value in known.items():
        setattr(recording, name, value)
    recording.save(update_fields=list(known))
