"""The names of all pushes, and which members each may have. What is not declared here cannot be sent (see `check`).

The services that send pushes know no web framework, so these shapes are plain types. `push_payloads`
describes the same members to clients with serializers, and a test compares the two. `push_events` says of
each event who receives it and why.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NotRequired, TypedDict, get_origin, get_type_hints

from goals.representation import GoalDocument
from sessions_app.representation import LevelDocument, SessionDocument


class PushEvent(StrEnum):
    """The events by the names that clients bind to (spec section 4)."""

    GOAL_ADDED = "goal.added"
    GOAL_STARTED = "goal.started"
    GOAL_AGREED = "goal.agreed"
    GOAL_PROGRESS_UPDATED = "goal.progress.updated"
    GOAL_COMPLETED = "goal.completed"
    GOAL_ENDED = "goal.ended"
    KARAOKE_GOAL_UPDATED = "session.karaoke_goal.updated"
    EXCLUSIVE_CLOSED = "exclusive.closed"
    LIVESTREAM_ONLINE = "livestream.online"
    LIVESTREAM_OFFLINE = "livestream.offline"
    SESSION_UPDATED = "session.updated"
    STREAM_AUTHORIZED = "stream.authorized"
    STREAM_REVOKED = "stream.revoked"
    STREAM_VIEWERS_UPDATED = "stream.viewers.updated"
    EXTERNAL_COMMAND = "external.command"
    LIVESTREAM_MVPS = "livestream.mvps"
    USER_ENTERED = "user.entered"
    USER_LEFT = "user.left"
    USERS_ENTERED = "users.entered"
    USERS_LEFT = "users.left"
    ESCROW_COMPLETED_INDIVIDUAL = "escrow.completed.individual"
    ESCROW_COMPLETED = "escrow.completed"
    ESCROW_REFUNDED = "escrow.refunded"
    WALLET_UPDATED = "wallet.updated"


class UndeclaredPush(ValueError):
    """The code is about to push what no client was told of."""


class PushData(TypedDict):
    """What every push carries; `push_id` is the same in a repeat, and on all channels that hear the same data."""

    event_id: str
    push_id: str
    truncated: NotRequired[bool]


class GoalData(PushData):
    """A goal as the listener may see it; `triggerer` is what caused its end, for parties only."""

    goal: GoalDocument
    triggerer: NotRequired[str | None]


class GoalCompletedData(GoalData):
    """A goal and the number of its level that was reached."""

    level: int


class KaraokeData(PushData):
    """The karaoke of a session."""

    session_id: str
    goal: GoalDocument


class ClosedData(PushData):
    """A 1-on-1 that is over."""

    goal: GoalDocument


class SessionData(PushData):
    """A session as the listener may see it."""

    session: SessionDocument


class LivestreamData(SessionData):
    """A session that went live or ended; `prices` and its older name `price` are coins a minute by quality."""

    session_id: str
    streamer_id: str
    preset: str
    prices: dict[str, int]
    price: dict[str, int]


class AuthorizedData(PushData):
    """The right to watch a stream in one quality; tokens only for a viewer's own sd."""

    session_id: str
    streamer_id: str
    quality: str
    goal: NotRequired[GoalDocument]
    exp: NotRequired[int]
    token: NotRequired[str]
    byteplus_token: NotRequired[str]
    byteplus_rtc_info: NotRequired[dict[str, str]]


class RevokedData(PushData):
    """The end of a right to watch; `reason` is that of the refund."""

    session_id: str
    streamer_id: str
    reason: str


class ViewersData(PushData):
    """The goal after which the viewers of a session are others."""

    session_id: str
    goal_id: str


class CommandData(ViewersData):
    """What the streamer's player is to do."""

    command: str
    levels: NotRequired[list[LevelDocument]]


class MvpDocument(TypedDict):
    """One of those who paid most, in coins; `username` is the older name of `user_name`."""

    rank: int
    user_id: str
    user_name: str
    username: str
    amount: int


class MvpsData(PushData):
    """Those who paid most for a goal: all of them for the streamer, themselves for each of them."""

    goal_id: str
    streamer_id: str
    mvps: list[MvpDocument]


class PresenceDocument(TypedDict):
    """Who entered or left which channel, and when (unix seconds)."""

    user_id: str
    user_name: str
    channel: str
    at: int


class PresenceData(PushData, PresenceDocument):
    """A viewer who entered or left."""


class CrowdData(PushData):
    """Many viewers who entered or left."""

    users: list[PresenceDocument]


class WalletDocument(TypedDict):
    """A user's coins; the higher version is newer."""

    balance: int
    version: int


class WalletData(PushData):
    """The coins of the listener, as they are when the push is made."""

    wallet: WalletDocument


class EscrowData(PushData):
    """What was paid out of an escrow, in coins; `goal_id` is the goal that it was paid for."""

    escrow_id: str
    goal_id: str
    amount: int


class EscrowTransferData(EscrowData, WalletData):
    """The same, with the transfer that moved it, and the coins that the listener has now."""

    transfer_id: str


DATA: dict[PushEvent, type[PushData]] = {
    PushEvent.GOAL_ADDED: GoalData,
    PushEvent.GOAL_STARTED: GoalData,
    PushEvent.GOAL_AGREED: GoalData,
    PushEvent.GOAL_PROGRESS_UPDATED: GoalData,
    PushEvent.GOAL_COMPLETED: GoalCompletedData,
    PushEvent.GOAL_ENDED: GoalData,
    PushEvent.KARAOKE_GOAL_UPDATED: KaraokeData,
    PushEvent.EXCLUSIVE_CLOSED: ClosedData,
    PushEvent.LIVESTREAM_ONLINE: LivestreamData,
    PushEvent.LIVESTREAM_OFFLINE: LivestreamData,
    PushEvent.SESSION_UPDATED: SessionData,
    PushEvent.STREAM_AUTHORIZED: AuthorizedData,
    PushEvent.STREAM_REVOKED: RevokedData,
    PushEvent.STREAM_VIEWERS_UPDATED: ViewersData,
    PushEvent.EXTERNAL_COMMAND: CommandData,
    PushEvent.LIVESTREAM_MVPS: MvpsData,
    PushEvent.USER_ENTERED: PresenceData,
    PushEvent.USER_LEFT: PresenceData,
    PushEvent.USERS_ENTERED: CrowdData,
    PushEvent.USERS_LEFT: CrowdData,
    PushEvent.ESCROW_COMPLETED_INDIVIDUAL: EscrowTransferData,
    PushEvent.ESCROW_COMPLETED: EscrowData,
    PushEvent.ESCROW_REFUNDED: EscrowTransferData,
    PushEvent.WALLET_UPDATED: WalletData,
}


def check(*, event: PushEvent, members: Iterable[str]) -> None:
    """Refuse data with a member that its event does not declare, or without one that it requires.

    Raises UndeclaredPush.
    """
    required, optional = declared(event)
    given = set(members)
    if undeclared := given - required - optional:
        raise UndeclaredPush(f"{event}: {sorted(undeclared)} is not declared.")
    if missing := required - given:
        raise UndeclaredPush(f"{event}: {sorted(missing)} is missing.")


@functools.cache
def declared(event: PushEvent) -> tuple[frozenset[str], frozenset[str]]:
    """Return the members that the data of an event always has, and those that it may have."""
    hints: dict[str, Any] = get_type_hints(DATA[event], include_extras=True)
    optional = frozenset(name for name, hint in hints.items() if get_origin(hint) is NotRequired)
    return frozenset(hints) - optional, optional
