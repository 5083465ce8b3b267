"""Pusher as it is: what happened is told late, twice, in any order, but with its own time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from goals.models import Goal
from livestream import clock
from notifications import channels
from notifications.errors import WebhookTooOld
from notifications.services import inbox
from notifications.services.realtime import InboxAndServer
from notifications.webhook_protocol import sign
from tests.notifications.webhooks import KEY, SECRET

_distinct = count()


@dataclass(frozen=True)
class Told:
    """What a webhook that was taken in says: who came to, or left, which channel, and when."""

    channel: str
    user_id: str | None
    joined: bool
    at: datetime


class Pusher:
    """Notices comings and goings at once, and tells of them when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.sent: list[bytes] = []
        self.told: Counter[Told] = Counter()
        self.there: set[tuple[str, str]] = set()
        self.answers = True

    def notice(self, channel: str, user_id: str, *comings: bool, ahead: float = 0, at_once: bool = True) -> None:
        """Note that the user came (True) or left, by a clock that is so many seconds ahead.

        All of it is one webhook, which is told of at once, or later.
        """
        if comings:
            (self.there.add if comings[-1] else self.there.discard)((channel, user_id))
        events = [
            {
                "name": "member_added" if joined else "member_removed",
                "channel": channel,
                "user_id": user_id,
                "n": next(_distinct),
            }
            for joined in comings
        ]
        time_ms = int((clock.now() + timedelta(seconds=ahead)).timestamp() * 1000)
        self.waiting.append(json.dumps({"time_ms": time_ms, "events": events}).encode())
        if at_once:
            self.tell(-1)

    def empty(self, channel: str, user_id: str) -> None:
        """Note that a channel is empty, and tell nothing of who left it."""
        self.there.discard((channel, user_id))
        event = {"name": "channel_vacated", "channel": channel, "n": next(_distinct)}
        self.waiting.append(json.dumps({"time_ms": int(clock.now().timestamp() * 1000), "events": [event]}).encode())
        self.tell(-1)

    def lose(self) -> None:
        """Lose the webhook that has waited longest, as after five minutes without an answer."""
        if self.waiting:
            self.waiting.pop(0)

    def tell(self, which: int) -> None:
        """Deliver one of the webhooks that wait; what is too old by now is lost."""
        if not self.waiting:
            return
        body = self.waiting.pop(which % len(self.waiting))
        try:
            _deliver(body)
        except WebhookTooOld:
            return
        self.sent.append(body)
        said = json.loads(body)
        at = min(clock.from_epoch(said["time_ms"] / 1000), clock.now())
        for event in said["events"]:
            joined = event["name"] == "member_added"
            who = event.get("user_id") or whom_it_lacks(event["channel"])
            self.told[Told(event["channel"], who, joined, at)] += 1

    def repeat(self, which: int) -> None:
        """Deliver again what was delivered before, as Pusher does where it heard no answer."""
        if self.sent:
            with suppress(WebhookTooOld):
                _deliver(self.sent[which % len(self.sent)])


class Server:
    """The realtime server: it says who is there, unless it is away."""

    def __init__(self, pusher: Pusher) -> None:
        self.real, self._pusher = InboxAndServer(), pusher

    def work_off(self, *, subjects: Collection[str], now: datetime) -> None:
        self.real.work_off(subjects=subjects, now=now)

    def is_on_stage(self, *, goal_id: str, user_id: str) -> bool | None:
        return self._says(stage_of(goal_id), user_id)

    def is_in_stream(self, *, streamer_id: str) -> bool | None:
        return self._says(stream_of(streamer_id), streamer_id)

    def _says(self, channel: str, user_id: str) -> bool | None:
        return (channel, user_id) in self._pusher.there if self._pusher.answers else None


def whom_it_lacks(channel: str) -> str | None:
    """Return who left when a channel became empty: the streamer of a stage; of a stream nobody knows."""
    _, subject = channel.split("@")
    goal = Goal.objects.filter(pk=subject).first()
    return goal.streamer_id if goal else None


def stage_of(goal_id: str) -> str:
    """Name the stage channel of a goal."""
    return f"presence-enc-goal@{goal_id}"


def stream_of(streamer_id: str) -> str:
    """Name the channel in which the streamer's own client is while online."""
    return next(c for c in channels.audience(streamer_id) if c.startswith("presence-"))


def _deliver(body: bytes) -> None:
    inbox.accept(body=body, key=KEY, signature=sign(body=body, secret=SECRET), now=clock.now())
