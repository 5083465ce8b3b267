"""The streamer agreed to an invitation (spec section 6)."""

from __future__ import annotations

from goals.types import GoalType
from livestream import clock
from livestream.events import receives
from livestream.events.contracts import GOAL_AGREED, GoalAgreed
from notifications.services import goal_pushes, streams


@receives(GOAL_AGREED, effect=True, news=True)
def notify_goal_agreed(event: GoalAgreed) -> None:
    goal_pushes.push_goal(goal_id=event.goal_id, event="goal.agreed", event_id=event.event_id, now=clock.now())


@receives(GOAL_AGREED, types={GoalType.TRIGGER_PRIVATE}, effect=True)
def notify_stream_authorized_for_agreed_trigger_goal(event: GoalAgreed) -> None:
    """A private show runs from now on; of a 1-on-1 the end of its invitation tells."""
    streams.authorize(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())
