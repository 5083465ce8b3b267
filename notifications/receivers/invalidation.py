"""Channel snapshots are dropped when they no longer hold (spec section 4, seeds 001, 002, 004)."""

from __future__ import annotations

from livestream import cached_views
from livestream.events import receives
from livestream.events.contracts import (
    GOAL_ADDED,
    GOAL_AGREED,
    GOAL_ENDED,
    GOAL_PROGRESSED,
    GOAL_STARTED,
    SESSION_ENDED,
    SESSION_STARTED,
    GoalEvent,
    SessionEvent,
)


# An effect, and not part of the change itself: what is dropped before the change commits
# would be cached anew as it was.
@receives(GOAL_ADDED, effect=True)
@receives(GOAL_STARTED, effect=True)
@receives(GOAL_AGREED, effect=True)
@receives(GOAL_PROGRESSED, effect=True)
@receives(GOAL_ENDED, effect=True)
@receives(SESSION_STARTED, effect=True)
@receives(SESSION_ENDED, effect=True)
def invalidate_cached_pusher_channel_data(event: GoalEvent | SessionEvent) -> None:
    cached_views.invalidate_cached_pusher_channel_data(streamer_id=event.streamer_id)
