"""Letting those in who paid: `stream.authorized` (spec section 7, seed 004)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from goals import representations
from goals import selectors as goals
from goals.grants import grant_exp
from livestream import clock
from livestream.events.contracts import GoalProgressed
from livestream.outbox import enqueue
from notifications import channels
from notifications.services import pushes

EVENT = "stream.authorized"
CHUNK = 1_000


def start_authorizing(*, goal_id: str, event_id: str, after_viewer: str = "") -> None:
    """Store the work of telling a show's ticket holders, from the one after `after_viewer`."""
    enqueue(
        "push_stream_authorized",
        kwargs={"goal_id": goal_id, "after_viewer": after_viewer, "event_id": event_id},
        key=f"{event_id}:{after_viewer}",
        subject=goal_id,
    )


def authorize_next(*, goal_id: str, after_viewer: str, event_id: str, now: datetime, size: int = CHUNK) -> int:
    """Tell the next `size` ticket holders of a show that it is theirs to watch.

    Where more are left, the next chunk is stored along with this one. Returns how many.
    """
    viewers = goals.ticket_holders(goal_id=goal_id, after=after_viewer, limit=size)
    if viewers:
        _push(goal_id, viewers, event_id, now, bulk=True)
    if len(viewers) == size:
        start_authorizing(goal_id=goal_id, event_id=event_id, after_viewer=viewers[-1])
    return len(viewers)


def authorize_late_buyers(*, event: GoalProgressed, now: datetime) -> None:
    """Let those in who bought a ticket of a funding goal while its show is running."""
    show_id = goals.get_goal(goal_id=event.goal_id).show_goal_id
    if show_id and event.payers and goals.get_goal(goal_id=show_id).active:
        _push(show_id, sorted(event.payers), event.event_id, now, bulk=False)


def _push(show_id: str, viewers: Sequence[str], event_id: str, now: datetime, *, bulk: bool) -> None:
    show = goals.get_goal(goal_id=show_id)
    exp = grant_exp(goal=show, now=now)
    if exp <= now:  # a private show that has ended as agreed, or an event that is replayed
        return
    grant = {
        "session_id": show.session_id,
        "streamer_id": show.streamer_id,
        "goal": representations.public_goal(show),
        "exp": clock.to_epoch(exp),
    }
    messages = [
        pushes.Message(
            channels=[
                channels.viewer(streamer_id=show.streamer_id, quality=quality, viewer_id=viewer) for viewer in viewers
            ],
            event=EVENT,
            data={"quality": quality, **grant},
            subject=show_id,
            event_id=event_id,
        )
        for quality in channels.QUALITIES
    ]
    pushes.push_all(messages=messages, now=now, bulk=bulk)
