"""What is wanted of shows' recordings: rows that change in the transaction that follows the show.

Doing it happens later, outside of any transaction, and looks at the row first (`recording`). So
it does not matter in which order the calls run, how often, or which of their answers are lost.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from livestream.events.contracts import GoalEvent
from sessions_app import selectors
from sessions_app.models import Recording
from sessions_app.services import recording, recording_rows
from sessions_app.services.recording import STARTED, STOPPED


def want_start(*, event: GoalEvent, now: datetime) -> None:
    """Have a show recorded, unless that was wanted before; part of the caller's transaction."""
    target = max((level["target"] for level in event.levels), default=None)
    wish = recording_rows.new_wish(
        goal_id=event.goal_id, session_id=event.session_id, streamer_id=event.streamer_id, now=now, target=target
    )
    recording_rows.keep(wish=wish)
    recording.ask_for(task=recording.start_record, of=wish)


def want_stop(*, event: GoalEvent, now: datetime) -> None:
    """Have a show's recording stopped, for good; part of the caller's transaction."""
    wish = recording_rows.new_wish(
        goal_id=event.goal_id, session_id=event.session_id, streamer_id=event.streamer_id, now=now
    )
    recording_rows.keep(wish=wish)
    Recording.objects.filter(pk=event.goal_id).update(wanted=STOPPED)
    recording.ask_for(task=recording.stop_record, of=wish)


def settle_open(*, now: datetime) -> None:
    """Ask again for what is wanted and not so, and close what is beyond its limit.

    The outbox tries for a quarter of an hour; a vendor may be away for longer than that.
    """
    Recording.objects.filter(closed_at=None, until__lte=now).update(closed_at=now)
    behind = selectors.recordings_behind(now=now)
    if behind:
        with transaction.atomic():
            for each in behind:
                wanted = recording.start_record if each.wanted == STARTED else recording.stop_record
                recording.ask_for(task=wanted, of=each, pending="keep")
