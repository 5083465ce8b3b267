"""The shapes of a goal as JSON: ids are text, times are unix seconds (spec section 3)."""

from __future__ import annotations

from typing import Any, NotRequired, Required, TypedDict

from sessions_app.representation import LevelDocument


class Conditions(TypedDict):
    """Where the goal belongs."""

    session_id: str


class Context(TypedDict, total=False):
    """What the goal is about; members that do not apply are absent."""

    type: Required[str]
    session_id: str
    funding_goal_id: str
    show_goal_id: str
    started: int
    paused: int
    last_updated: int
    ticket_product_id: str
    ticket_product_type: str
    exclusive_to: str
    trigger_goal_id: str
    exclusive_goal_id: str


class Metadata(TypedDict, total=False):
    """Whose the goal is (`user_id` is the streamer), and what an invitation was for."""

    user_id: Required[str]
    triggered_by: str
    prepaid_duration: int
    goal_agreed: int
    cooldown: int


class NamedContext(Context, total=False):
    """The context in a goal, which names the viewer of a 1-on-1."""

    exclusive_to_name: str


class NamedMetadata(Metadata, total=False):
    """The metadata in a goal, which name the streamer, and who invited."""

    user_name: Required[str]
    triggered_by_name: str


class InvitationPrice(TypedDict):
    """What an invitation costs, in coins: for a minute, for the shortest duration, for its own `prepaid_duration`."""

    rate: int
    minimum: int
    joining: int


class Terms(TypedDict):
    """What a sale promises: coins a ticket, seconds and, once the target is reached, the latest start of its show."""

    price: int
    duration: int
    start_within: int
    start_by: NotRequired[int]


class GoalDocument(TypedDict):
    """A goal; `progress` and targets are in `unit`, `breakdown` is coins by payer, `breakdown_names` their names.

    In a list, `breakdown` is the reader's own coins only. Of two documents, the one with the higher `version` is newer.
    """

    id: str
    version: int
    type: str
    active: bool
    state: str
    progress: int
    unit: str
    level: int
    levels: list[LevelDocument]
    nbf: int | None
    exp: int | None
    remaining: int | None
    due_at: int | None
    server_time: int | None
    conditions: Conditions
    context: NamedContext
    metadata: NamedMetadata
    price: NotRequired[InvitationPrice]
    terms: NotRequired[Terms]
    outcome: str | None
    ended_because: str | None
    breakdown: NotRequired[dict[str, int]]
    breakdown_names: NotRequired[dict[str, str]]


class EventDocument(TypedDict):
    """A logged event; the members of `data` are those of its class in `livestream.events.contracts`."""

    id: str
    name: str
    occurred_at: int
    triggerer: str
    data: dict[str, Any]
    names: dict[str, str]


class ReadEventDocument(TypedDict):
    """A logged event as one person may read it; `cursor` reads on after it."""

    id: str
    name: str
    occurred_at: int
    goal_id: str | None
    escrow_id: str | None
    cursor: str
    data: dict[str, Any]
    names: dict[str, str]
