"""What is wanted of shows' recordings: rows that change in the transaction that follows the show.

Doing it happens later, outside of any transaction, and looks at the row first (`recording`). So
it does not matter in which order the calls run, how often, or which of their answers are lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from livestream.events.contracts import GoalEvent
from livestream.outbox import enqueue
from sessions_app import selectors
from sessions_app.models import Recording

START, STOP = "StartRecord", "StopRecord"
STARTED, STOPPED = Recording.Wanted.STARTED, Recording.Wanted.STOPPED


def want_start(*, event: GoalEvent, now: datetime) -> None:
    """Have a show recorded, unless that was wanted before; part of the caller's transaction."""
    target = max((level["target"] for level in event.levels), default=None)
    wish = new_wish(
        goal_id=event.goal_id, session_id=event.session_id, streamer_id=event.streamer_id, now=now, target=target
    )
    _keep(wish)
    ask_for(action=START, recording=wish)


def want_stop(*, event: GoalEvent, now: datetime) -> None:
    """Have a show's recording stopped, for good; part of the caller's transaction."""
    wish = new_wish(goal_id=event.goal_id, session_id=event.session_id, streamer_id=event.streamer_id, now=now)
    _keep(wish)
    Recording.objects.filter(pk=event.goal_id).update(wanted=STOPPED)
    ask_for(action=STOP, recording=wish)


def settle_open(*, now: datetime) -> None:
    """Ask again for what is wanted and not so, and close what is beyond its limit.

    The outbox tries for a quarter of an hour; a vendor may be away for longer than that.
    """
    Recording.objects.filter(closed_at=None, until__lte=now).update(closed_at=now)
    behind = selectors.recordings_behind(now=now)
    if behind:
        with transaction.atomic():
            for each in behind:
                ask_for(action=START if each.wanted == STARTED else STOP, recording=each, pending="keep")


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
        _keep(wish)
        recording = rows.get()
    return recording


def ask_for(*, action: str, recording: Recording, **how: Any) -> None:
    """Store a call that starts or stops; `how` are options of `enqueue`."""
    kwargs = {
        "goal_id": recording.goal_id,
        "session_id": recording.session_id,
        "streamer_id": recording.streamer_id,
    }
    enqueue(action, kwargs=kwargs, key=recording.goal_id, subject=recording.goal_id, **how)


def _keep(wish: Recording) -> None:
    Recording.objects.bulk_create([wish], ignore_conflicts=True)
