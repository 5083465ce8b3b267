"""Pushes about a goal: to the audience its public document, to its parties all of it (spec sections 4, 6 and 8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from goals import representation
from goals import selectors as goals
from goals.models import Goal
from goals.representation import GoalDocument
from goals.types import Settlement, types_settled_by
from livestream import cached_views
from livestream.events.contracts import GoalChanged, GoalCompleted, GoalEnded, GoalEvent
from livestream.events.signals import DomainSignal
from livestream.outbox import Delivery, Urgency, durable, enqueue
from livestream.users import names_of
from notifications import channels
from notifications.push_contracts import PushEvent
from notifications.services import pushes

PROGRESS = PushEvent.GOAL_PROGRESS_UPDATED
# Four pushes a second and goal at most, however fast it progresses (spec section 8).
PROGRESS_PAUSE = timedelta(seconds=0.25)
MVP_COUNT = 3
# Up to so many payers of a goal receive its pushes on their own channels, otherwise on the audience's.
MOST_PARTIES = 1_000
HOLDERS_AT_ONCE = 250
_HEARD_BY_PAYERS = types_settled_by(Settlement.PRIVATE, Settlement.ONE_ON_ONE)


def push_goal(
    *,
    goal_id: str,
    event: PushEvent,
    event_id: str,
    now: datetime,
    triggerer: str | None = None,
    level: int | None = None,
) -> None:
    """Push `event` with the whole goal as it stands now, to the audience and to the parties.

    A client that missed one push is up to date again after the next (spec section 4). `level` is the
    completed one.
    """
    goal = goals.get_goal(goal_id=goal_id)
    reached = {} if level is None else {"level": level}
    public = pushes.Message(
        channels=channels.audience(goal.streamer_id),
        event=event,
        data={"goal": representation.public_goal(goal), **reached},
        subject=goal_id,
        event_id=event_id,
    )
    documents = _documents_of_parties(goal, event)
    private = _to_each(documents, event, event_id, {"triggerer": triggerer, **reached})
    pushes.push_all(messages=[public, *private], now=now)


def _documents_of_parties(goal: Goal, event: PushEvent) -> dict[str, GoalDocument]:
    """Return, by user, the goal as each party may see it.

    Pushes of progress have no coins by payer: a thousand payers four times a second would be too much to read
    and to send.
    """
    everybody = parties(goal)
    if event == PROGRESS:
        return {user_id: representation.goal_without_breakdown(goal, user_id=user_id) for user_id in everybody}
    viewers = [user_id for user_id in everybody if user_id != goal.streamer_id]
    whole = {goal.streamer_id: representation.goal_for(goal, user_id=goal.streamer_id)}
    return whole | representation.goal_for_payers(goal, payer_ids=viewers)


def _to_each(
    documents: Mapping[str, GoalDocument], event: PushEvent, event_id: str, details: Mapping[str, Any]
) -> list[pushes.Message]:
    return [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=event,
            data={"goal": document, **details},
            subject=document["id"],
            event_id=event_id,
        )
        for user_id, document in documents.items()
    ]


def schedule_progress(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Store one progress push for a moment from now, which all steps until then share.

    It reads the goal when it runs, and a step that finds it running stores another one: so
    the last push always shows the last state.
    """
    enqueue(push_goal_progress, Delivery(eta=now + PROGRESS_PAUSE, key=goal_id), goal_id=goal_id, event_id=event_id)


@durable(urgency=Urgency.PUSHES, subject="goal_id")
def push_goal_progress(now: datetime, *, goal_id: str, event_id: str) -> None:
    """Push a goal's progress as it stands now (spec section 8)."""
    push_goal(goal_id=goal_id, event=PROGRESS, event_id=event_id, now=now)


def parties(goal: Goal) -> list[str]:
    """Return the users who receive each push of a goal on their own channels.

    They are the streamer, the viewer who invited, and up to MOST_PARTIES payers of an invitation, or of
    its private show or 1-on-1. Ticket holders receive fewer pushes, see `push_goal_to_holders`.
    """
    payers = _payers_of_invitation(goal) if goal.type in _HEARD_BY_PAYERS else []
    everybody = (goal.streamer_id, goal.triggered_by_id, *payers)
    return list(dict.fromkeys(user_id for user_id in everybody if user_id))


def _payers_of_invitation(goal: Goal) -> list[str]:
    payers = goals.payers_of(goal=goal, limit=MOST_PARTIES + 1)
    return payers if len(payers) <= MOST_PARTIES else []


def enqueue_pushes_to_holders(*, event: GoalEvent) -> None:
    """Enqueue the pushes of an event to the ticket holders of its goal, which are made in chunks."""
    name = DomainSignal.of(event).name
    _enqueue_holders(
        goal_id=event.goal_id,
        event=PROGRESS if isinstance(event, GoalChanged) else name,
        event_id=event.event_id,
        triggerer=event.triggerer if isinstance(event, GoalEnded) else None,
        level=event.level if isinstance(event, GoalCompleted) else None,
    )


def _enqueue_holders(
    *, goal_id: str, event: str, event_id: str, triggerer: str | None, level: int | None, after: str = ""
) -> None:
    enqueue(
        push_goal_to_holders,
        Delivery(key=f"{event_id}:{after}"),
        goal_id=goal_id,
        event=event,
        event_id=event_id,
        triggerer=triggerer,
        level=level,
        after=after,
    )


@durable(urgency=Urgency.PUSHES, subject="goal_id")
def push_goal_to_holders(
    now: datetime,
    *,
    goal_id: str,
    event: str,
    event_id: str,
    triggerer: str | None = None,
    level: int | None = None,
    after: str = "",
    size: int = HOLDERS_AT_ONCE,
) -> int:
    """Push `event` with the goal to its next `size` ticket holders by id, with their own coins; returns how many.

    If there are more, the next chunk is enqueued in the same transaction. If a goal has more than
    MOST_PARTIES payers, nobody is pushed to: they receive the pushes on the audience's channels.
    """
    goal = goals.get_goal(goal_id=goal_id)
    if not after and len(goals.payers_of(goal=goal, limit=MOST_PARTIES + 1)) > MOST_PARTIES:
        return 0
    # One more is read than pushed: it says whether there is a next chunk.
    found = goals.payers_of(goal=goal, after=after, limit=size + 1)
    holders = found[:size]
    details = {"triggerer": triggerer} if level is None else {"triggerer": triggerer, "level": level}
    documents = representation.goal_for_payers(goal, payer_ids=holders)
    pushes.push_all(messages=_to_each(documents, PushEvent(event), event_id, details), now=now, bulk=True)
    if len(found) > size:
        _enqueue_holders(
            goal_id=goal_id, event=event, event_id=event_id, triggerer=triggerer, level=level, after=holders[-1]
        )
    return len(holders)


def notify_session_karaoke_goal(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push the session's karaoke as it stands now, and drop the snapshots that show an older one."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_cached_pusher_channel_data(streamer_id=goal.streamer_id)
    pushes.push(
        channels=channels.targets(goal.streamer_id),
        event=PushEvent.KARAOKE_GOAL_UPDATED,
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
        event=PushEvent.EXTERNAL_COMMAND,
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
        event=PushEvent.STREAM_VIEWERS_UPDATED,
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
        event=PushEvent.STREAM_AUTHORIZED,
        data={"session_id": goal.session_id, "streamer_id": goal.streamer_id, "quality": "preview"},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def push_exclusive_closed(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push `exclusive.closed` to both sides, each with the 1-on-1 as they may see it."""
    goal = goals.get_goal(goal_id=goal_id)
    closed = PushEvent.EXCLUSIVE_CLOSED
    documents = _documents_of_parties(goal, closed)
    pushes.push_all(messages=_to_each(documents, closed, event_id, {}), now=now)


def push_livestream_mvps(*, goal_id: str, streamer_id: str, event_id: str, now: datetime) -> None:
    """Push a reached funding goal's top contributors to its streamer, and to each of them.

    The streamer sees all names and coins, a contributor their own rank. The audience is sent
    nothing, since it may not learn who paid (spec section 4).
    """
    top = goals.top_contributors(goal_id=goal_id, limit=MVP_COUNT)
    names = names_of(user_ids=[user_id for user_id, _ in top])
    ranking = [_ranked(rank, user_id, names, coins) for rank, (user_id, coins) in enumerate(top, start=1)]
    recipients = [(streamer_id, {"mvps": ranking})]
    recipients += [(entry["user_id"], {"mvps": [entry]}) for entry in ranking]
    messages = [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=PushEvent.LIVESTREAM_MVPS,
            data={"goal_id": goal_id, "streamer_id": streamer_id, **data},
            subject=goal_id,
            event_id=event_id,
        )
        for user_id, data in recipients
    ]
    pushes.push_all(messages=messages, now=now)


def _ranked(rank: int, user_id: str, names: Mapping[str, str], coins: int) -> dict[str, Any]:
    name = names.get(user_id, "")
    return {"rank": rank, "user_id": user_id, "user_name": name, "username": name, "amount": coins}
