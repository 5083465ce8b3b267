"""Every event of the product: its name, its payload. The whole map is on this page.

Payloads hold facts as they were at the moment of the event: ids, numbers, datetimes
(spec section 4). They lie on the ground floor: two apps can talk without importing one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from livestream.events.signals import DomainSignal, Event

# The values of a goal event's `type`, for floors below the goals; `goals.types` says what each type is.
FUNDING: Final = "funding"
SHOW: Final = "show"
KARAOKE: Final = "karaoke"
TRIGGER_PRIVATE: Final = "trigger-private"
TRIGGER_EXCLUSIVE: Final = "trigger-exclusive"
EXCLUSIVE: Final = "exclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalEvent(Event):
    """What every event of a goal carries: the goal as it was at that moment, its session and its streamer."""

    goal_id: str
    session_id: str
    streamer_id: str
    type: str
    active: bool
    progress: int
    level: int
    levels: tuple[dict[str, Any], ...]
    conditions: dict[str, Any]
    context: dict[str, Any]
    metadata: dict[str, Any]
    nbf: datetime | None = None
    exp: datetime | None = None
    escrow_id: str | None = None

    @classmethod
    def upgraded(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """Add the session and the streamer, which earlier releases stored only in `conditions` and `metadata`."""
        earlier = (("session_id", "conditions", "session_id"), ("streamer_id", "metadata", "user_id"))
        return {name: stored[part][key] for name, part, key in earlier if key in stored.get(part, {})} | stored

    @property
    def reached(self) -> bool:
        """Whether the last level's target is reached; never true without levels."""
        return bool(self.levels) and self.level >= len(self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCreated(GoalEvent):
    """A goal exists; it is not started yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAdded(GoalEvent):
    """A goal was added to its session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalStarted(GoalEvent):
    """A goal became active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalProgressed(GoalEvent):
    """A goal's progress moved by `amount` (coins or seconds).

    `payers` maps user ids to the coins of this step; `breakdown_id` is the one payer,
    where there is only one. A negative amount is a refund, or corrects performed seconds after a late webhook.
    """

    amount: int
    old_level: int
    breakdown_id: str | None = None
    payers: dict[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCompleted(GoalEvent):
    """One more level of a goal is reached; where several are reached at once, each has its event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAgreed(GoalEvent):
    """The streamer agreed to an invitation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalEnded(GoalEvent):
    """A goal stopped being active, which is final."""

    triggerer: str | None = None
    outcome: str | None = None
    ended_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalChanged(GoalEvent):
    """A goal changed in a way that has no other event: who is on stage, or its outcome after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent(Event):
    """The fields of every event of a session; `price` is coins a minute by quality."""

    session_id: str
    streamer_id: str
    preset: str
    price: dict[str, int]
    show_goal_pairs: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(SessionEvent):
    """A session went live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(SessionEvent):
    """A session is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChanged(SessionEvent):
    """A session's title, preset or prices changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent(Event):
    """Somebody entered or left a channel at `time`, as the stored webhook `source` says.

    `room` and `subject_id` are what it stands for: receivers need not know how channels are named.
    """

    channel: str
    user_id: str | None
    time: datetime
    room: str
    subject_id: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOccupied(ChannelEvent):
    """A user's first connection entered (`member_added`, `channel_occupied`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelVacated(ChannelEvent):
    """A user's last connection left (`member_removed`, `channel_vacated`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowEvent(Event):
    """The fields of every event of an escrow; `amount` is coins."""

    escrow_id: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowCompletedIndividual(EscrowEvent):
    """One earning of an escrow was paid to the streamer `user_id`."""

    user_id: str
    transfer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowCompleted(EscrowEvent):
    """An escrow is paid out to the streamer `user_id`, all of it."""

    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowRefunded(EscrowEvent):
    """Payers of an escrow were refunded.

    They are those from `first_payer` to `last_payer`, by id. A big escrow is refunded in chunks, with one
    event for each; `final` marks the last.
    `user_id` is the streamer of the escrow. An `early` refund is about single payers, whose early
    refunds have the event's id as their batch; the escrow stays open.
    """

    first_payer: str
    last_payer: str
    payers: int
    final: bool
    user_id: str | None = None
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserBlocked(Event):
    """The streamer blocked a viewer, who is refunded and loses access."""

    streamer_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """The account of a user was closed; the user may be a streamer, a viewer, or both."""

    user_id: str


GOAL_CREATED = DomainSignal("goal.created", GoalCreated)
GOAL_ADDED = DomainSignal("goal.added", GoalAdded)
GOAL_STARTED = DomainSignal("goal.started", GoalStarted)
GOAL_PROGRESSED = DomainSignal("goal.progressed", GoalProgressed)
GOAL_COMPLETED = DomainSignal("goal.completed", GoalCompleted)
GOAL_AGREED = DomainSignal("goal.agreed", GoalAgreed)
GOAL_ENDED = DomainSignal("goal.ended", GoalEnded)
GOAL_CHANGED = DomainSignal("goal.changed", GoalChanged)
SESSION_STARTED = DomainSignal("session.started", SessionStarted)
SESSION_ENDED = DomainSignal("session.ended", SessionEnded)
SESSION_CHANGED = DomainSignal("session.changed", SessionChanged)
CHANNEL_OCCUPIED = DomainSignal("channel_occupied", ChannelOccupied)
CHANNEL_VACATED = DomainSignal("channel_vacated", ChannelVacated)
ESCROW_COMPLETED_INDIVIDUAL = DomainSignal("escrow.completed.individual", EscrowCompletedIndividual)
ESCROW_COMPLETED = DomainSignal("escrow.completed", EscrowCompleted)
ESCROW_REFUNDED = DomainSignal("escrow.refunded", EscrowRefunded)
USER_BLOCKED = DomainSignal("user.blocked", UserBlocked)
ACCOUNT_CLOSED = DomainSignal("account.closed", AccountClosed)
