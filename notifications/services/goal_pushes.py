"""Telling clients about a goal: everybody its public face, the parties all of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from goals import representations
from goals import selectors as goals
from goals.models import Goal
from livestream.outbox import Delivery, durable, enqueue
from notifications import channels
from notifications.services import pushes

PROGRESS = "goal.progress.updated"
# Four pushes a second and goal at most, however fast it progresses (spec section 8).
PROGRESS_PAUSE = timedelta(seconds=0.25)


def push_goal(*, goal_id: str, event: str, event_id: str, now: datetime, triggerer: str | None = None) -> None:
    """Push `event` with the whole goal as it stands now, to the audience and to the parties.

    A client that missed one push is right again after the next (spec section 4). Who paid how much
    is not in the pushes of progress: adding that up four times a second would cost a crowd's goal.
    """
    goal = goals.get_goal(goal_id=goal_id)
    seen_by = representations.goal_without_breakdown if event == PROGRESS else representations.goal_for
    common = {"event": event, "subject": goal_id, "event_id": event_id}
    public = pushes.Message(
        channels=channels.audience(goal.streamer_id),
        data={"goal": representations.public_goal(goal)},
        **common,
    )
    private = [
        pushes.Message(
            channels=[channels.user(user_id)],
            data={"goal": seen_by(goal, user_id=user_id), "triggerer": triggerer},
            **common,
        )
        for user_id in parties(goal)
    ]
    pushes.push_all(messages=[public, *private], now=now)


def schedule_progress(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Store one progress push for a moment from now, which all steps until then share.

    It reads the goal when it runs, and a step that finds it running stores another one: so
    the last push always shows the last state.
    """
    enqueue(push_goal_progress, Delivery(eta=now + PROGRESS_PAUSE, key=goal_id), goal_id=goal_id, event_id=event_id)


@durable(subject="goal_id")
def push_goal_progress(now: datetime, *, goal_id: str, event_id: str) -> None:
    """Push a goal's progress as it stands now (spec section 8)."""
    push_goal(goal_id=goal_id, event=PROGRESS, event_id=event_id, now=now)


def parties(goal: Goal) -> list[str]:
    """Return who is told more than the audience: the streamer, and the viewer who invited."""
    return [user_id for user_id in (goal.streamer_id, goal.triggered_by_id) if user_id]
