"""What clients can receive: each event with its channels, its audiences, its data and an example (spec sections 4, 8).

The table describes the pushes for people and tools: `docs/realtime.md` and the webhooks of the OpenAPI
document are made from it. What may be sent at all is in `push_contracts`, which the sending code uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notifications.channels import (
    AUDIENCE_PATTERN,
    OWN_PATTERN,
    PREVIEW_PATTERN,
    SD_PATTERN,
    STREAM_PATTERN,
)
from notifications.push_contracts import PushEvent
from notifications.push_examples import EXAMPLES
from notifications.push_payloads import PAYLOADS, Push
from notifications.services import wallet_pushes


@dataclass(frozen=True, slots=True)
class Audience:
    """Some who receive a push, and the channels on which they do."""

    channels: tuple[str, ...]
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedEvent:
    """One event for those who write clients; `channels` are patterns with the ids in braces."""

    event: PushEvent
    summary: str
    description: str
    audiences: tuple[Audience, ...]

    @property
    def name(self) -> str:
        """The name that a client binds to."""
        return self.event.value

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels, without repeats."""
        return tuple(dict.fromkeys(channel for each in self.audiences for channel in each.channels))

    @property
    def payload(self) -> type[Push]:
        """The serializer that declares the members of the data."""
        return PAYLOADS[self.event]

    @property
    def example(self) -> dict[str, Any]:
        """Data as a client may receive it."""
        return EXAMPLES[self.event]


_AUDIENCE = Audience((AUDIENCE_PATTERN, STREAM_PATTERN), "everybody who watches; payers and their coins are left out")
_PARTIES = Audience(
    (OWN_PATTERN,),
    "the streamer, the viewer who invited, and up to 1,000 payers of an invitation; each sees what they may see",
)
_HOLDERS = Audience((OWN_PATTERN,), "the streamer and up to 1,000 ticket holders; each sees what they may see")
_STREAMER = Audience((OWN_PATTERN,), "the streamer")


def _session(event: PushEvent, summary: str, description: str) -> PushedEvent:
    full = Audience((OWN_PATTERN,), "the streamer; includes all 1-on-1s of the session")
    return PushedEvent(event=event, summary=summary, description=description, audiences=(_AUDIENCE, full))


def _goal(event: PushEvent, summary: str, description: str, *parties: Audience) -> PushedEvent:
    return PushedEvent(event=event, summary=summary, description=description, audiences=(_AUDIENCE, *parties))


def _streamer(event: PushEvent, summary: str, description: str) -> PushedEvent:
    return PushedEvent(event=event, summary=summary, description=description, audiences=(_STREAMER,))


TABLE: tuple[PushedEvent, ...] = (
    _session(
        PushEvent.LIVESTREAM_ONLINE,
        "A session went live",
        "The streamer started the session. `prices` are coins a minute by quality.",
    ),
    _session(
        PushEvent.LIVESTREAM_OFFLINE,
        "A session is over",
        "The session has ended. Its sales end now; a running show may end up to five minutes later.",
    ),
    _session(
        PushEvent.SESSION_UPDATED,
        "A session changed",
        "The title, the preset or the prices of the session changed.",
    ),
    _goal(
        PushEvent.GOAL_ADDED,
        "A goal was added to its session",
        "A ticket sale, a show, a karaoke, an invitation or a 1-on-1 was made.",
        _PARTIES,
        Audience((OWN_PATTERN,), "of a show: up to 1,000 ticket holders"),
    ),
    _goal(
        PushEvent.GOAL_STARTED,
        "A show started",
        "The show is active. Its seconds count from the moment at which the streamer is on stage.",
        _HOLDERS,
    ),
    _goal(
        PushEvent.GOAL_AGREED,
        "An invitation was accepted",
        "The streamer agreed to a private show or a 1-on-1. A private show runs from now on; for a 1-on-1 a goal of "
        "type `exclusive` is added.",
        _PARTIES,
    ),
    _goal(
        PushEvent.GOAL_PROGRESS_UPDATED,
        "A goal changed",
        "The progress changed, or the streamer entered or left the stage (`context.started`, `context.paused`), or "
        "the outcome was decided. At most four of these a second are sent for a goal; the last one has the final "
        "state.",
        _PARTIES,
    ),
    _goal(
        PushEvent.GOAL_COMPLETED,
        "A level of a goal was reached",
        "One push for each level. A show whose last level is reached sends this push, and no `goal.ended`.",
        _PARTIES,
        Audience((OWN_PATTERN,), "of a sale or a show: up to 1,000 ticket holders"),
    ),
    _goal(
        PushEvent.GOAL_ENDED,
        "A goal ended",
        "The goal is no longer active. `ended_because` says why, and `outcome` what becomes of the money. A completed "
        "show does not send it.",
        _PARTIES,
        Audience((OWN_PATTERN,), "of a sale or a show: up to 1,000 ticket holders"),
    ),
    _goal(
        PushEvent.KARAOKE_GOAL_UPDATED,
        "The karaoke of a session changed",
        "The karaoke started or progressed.",
        _STREAMER,
    ),
    PushedEvent(
        event=PushEvent.EXCLUSIVE_CLOSED,
        summary="A 1-on-1 is over",
        description="The 1-on-1 ended, whether it was performed to its end or cut short.",
        audiences=(Audience((OWN_PATTERN,), "the streamer and the viewer"),),
    ),
    PushedEvent(
        event=PushEvent.STREAM_AUTHORIZED,
        summary="A viewer may watch",
        description=(
            "The viewer may watch what they paid for until `exp`. The push for `sd` has the tokens. After a 1-on-1 the "
            "audience receives it without tokens: the stream is public again, and each client gets its own token from "
            "`GET /sessions/{session_id}/token`."
        ),
        audiences=(
            Audience((PREVIEW_PATTERN,), "each viewer who paid, without tokens"),
            Audience((SD_PATTERN,), "each viewer who paid, with tokens"),
            Audience(_AUDIENCE.channels, "after a 1-on-1: everybody who watches"),
        ),
    ),
    PushedEvent(
        event=PushEvent.STREAM_REVOKED,
        summary="A viewer may no longer watch",
        description=(
            "The viewer was blocked or refunded, or their account was closed. A viewer who was blocked, or whose "
            "account was closed, is removed from all rooms of the session and gets no new tokens. A viewer who was "
            "refunded is removed from the rooms of the refunded goal and gets no new tokens for it. If the goal itself "
            "has ended, only `goal.ended` is pushed."
        ),
        audiences=(Audience((OWN_PATTERN,), "the viewer"),),
    ),
    _streamer(
        PushEvent.STREAM_VIEWERS_UPDATED,
        "Who may watch a session changed",
        "A private show or a 1-on-1 that was agreed to has ended. Read the stream token again.",
    ),
    _streamer(
        PushEvent.EXTERNAL_COMMAND,
        "A command for the streamer's player",
        "`karaoke.start`: the karaoke started, and the player shows its songs.",
    ),
    PushedEvent(
        event=PushEvent.LIVESTREAM_MVPS,
        summary="Those who paid most for a sale",
        description="A level of a ticket sale was reached. These are the three viewers who paid most.",
        audiences=(
            Audience((OWN_PATTERN,), "the streamer, with all three"),
            Audience((OWN_PATTERN,), "each of the three, with their own rank alone"),
        ),
    ),
    _streamer(PushEvent.USER_ENTERED, "A viewer entered", "A viewer joined a presence channel of the stream."),
    _streamer(PushEvent.USER_LEFT, "A viewer left", "A viewer left a presence channel of the stream."),
    _streamer(
        PushEvent.USERS_ENTERED,
        "Many viewers entered",
        "More than ten viewers joined at about the same time: one push with many instead of one for each.",
    ),
    _streamer(PushEvent.USERS_LEFT, "Many viewers left", "As `users.entered`, for viewers who left."),
    _streamer(
        PushEvent.ESCROW_COMPLETED_INDIVIDUAL,
        "One earning was paid out",
        "An hour's earning of the escrow is on the streamer's account. `amount` is coins.",
    ),
    _streamer(
        PushEvent.ESCROW_COMPLETED,
        "An escrow was paid out",
        "All earnings of the escrow are paid. `amount` is the sum of them in coins.",
    ),
    PushedEvent(
        event=PushEvent.ESCROW_REFUNDED,
        summary="A viewer got coins back",
        description=(
            "`amount` coins are back on the viewer's account: the goal failed or was cut short, or this payment alone "
            "was given back."
        ),
        audiences=(Audience((OWN_PATTERN,), "the viewer who paid"),),
    ),
    PushedEvent(
        event=PushEvent.WALLET_UPDATED,
        summary="A viewer's balance changed",
        description=(
            "The viewer bought tickets, or paid for an invitation or for more time. When more than "
            f"{wallet_pushes.MOST_PAYERS} viewers pay at the same moment, it is not sent: each reads `GET /wallet` "
            "after the call that paid."
        ),
        audiences=(Audience((OWN_PATTERN,), "the viewer who paid"),),
    ),
)
