"""Pushes about a goal: to the audience its public document, to its parties all of it (spec sections 4, 6 and 8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from goals import representation
from goals import selectors as goals
from goals.models import Goal
from livestream import cached_views
from livestream.models import User
from livestream.outbox import Delivery, durable, enqueue
from notifications import channels
from notifications.services import pushes

PROGRESS = "goal.progress.updated"
# Four pushes a second and goal at most, however fast it progresses (spec section 8).
PROGRESS_PAUSE = timedelta(seconds=0.25)
KARAOKE_UPDATED = "session.karaoke_goal.updated"
EXTERNAL_COMMAND = "external.command"
EXCLUSIVE_CLOSED = "exclusive.closed"
VIEWERS_SYNCED = "stream.viewers.updated"
AUTHORIZED = "stream.authorized"
MVPS = "livestream.mvps"
MVP_COUNT = 3


def push_goal(*, goal_id: str, event: str, event_id: str, now: datetime, triggerer: str | None = None) -> None:
    """Push `event` with the whole goal as it stands now, to the audience and to the parties.

    A client that missed one push is right again after the next (spec section 4). Who paid how much
    is not in the pushes of progress: adding that up four times a second would cost a crowd's goal.
    """
    goal = goals.get_goal(goal_id=goal_id)
    seen_by = representation.goal_without_breakdown if event == PROGRESS else representation.goal_for
    common = {"event": event, "subject": goal_id, "event_id": event_id}
    public = pushes.Message(
        channels=channels.audience(goal.streamer_id),
        data={"goal": representation.public_goal(goal)},
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
    """Return the users who see more than the audience: the streamer, and the viewer who invited."""
    return [user_id for user_id in (goal.streamer_id, goal.triggered_by_id) if user_id]


def notify_session_karaoke_goal(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push the session's karaoke as it stands now, and drop the snapshots that show an older one."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_cached_pusher_channel_data(streamer_id=goal.streamer_id)
    pushes.push(
        channels=channels.targets(goal.streamer_id),
        event=KARAOKE_UPDATED,
        data={"session_id": goal.session_id, "goal": representation.public_goal(goal)},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def trigger_external_command(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push `external.command` to the streamer's own channel, for the player that follows it."""
    goal = goals.get_goal(goal_id=goal_id)
    pushes.push(
        channels=[channels.user(goal.streamer_id)],
        event=EXTERNAL_COMMAND,
        data={"command": "karaoke.start", "session_id": goal.session_id, "goal_id": goal_id, "levels": goal.levels},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def sync_session_viewers(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Drop all cached rights to watch, and push to the streamer's client to fetch them again."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_get_session_token_view_cache(session_id=goal.session_id)
    pushes.push(
        channels=[channels.user(goal.streamer_id)],
        event=VIEWERS_SYNCED,
        data={"session_id": goal.session_id, "goal_id": goal_id},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def open_to_the_public(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Reopen the stream to the public after a 1-on-1: old tokens are void, and clients fetch new ones."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_get_session_token_view_cache(session_id=goal.session_id)
    pushes.push(
        channels=channels.audience(goal.streamer_id),
        event=AUTHORIZED,
        data={"session_id": goal.session_id, "streamer_id": goal.streamer_id, "quality": "preview"},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def push_exclusive_closed(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push `exclusive.closed` to both sides, each with the 1-on-1 as they may see it."""
    goal = goals.get_goal(goal_id=goal_id)
    messages = [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=EXCLUSIVE_CLOSED,
            data={"goal": representation.goal_for(goal, user_id=user_id)},
            subject=goal_id,
            event_id=event_id,
        )
        for user_id in parties(goal)
    ]
    pushes.push_all(messages=messages, now=now)


def push_livestream_mvps(*, goal_id: str, streamer_id: str, event_id: str, now: datetime) -> None:
    """Push a reached funding goal's top contributors to its streamer, and to each of them.

    The streamer sees all names and coins, a contributor their own rank. The audience is sent
    nothing, since it may not learn who paid (spec section 4).
    """
    top = goals.top_contributors(goal_id=goal_id, limit=MVP_COUNT)
    names = dict(User.objects.filter(pk__in=[u for u, _ in top]).values_list("pk", "username"))
    ranking: list[dict[str, Any]] = [
        {"rank": rank, "user_id": user_id, "username": names.get(user_id, ""), "amount": coins}
        for rank, (user_id, coins) in enumerate(top, start=1)
    ]
    recipients = [(streamer_id, {"mvps": ranking})]
    recipients += [(entry["user_id"], {"mvps": [entry]}) for entry in ranking]
    messages = [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=MVPS,
            data={"goal_id": goal_id, "streamer_id": streamer_id, **data},
            subject=goal_id,
            event_id=event_id,
        )
        for user_id, data in recipients
    ]
    pushes.push_all(messages=messages, now=now)
