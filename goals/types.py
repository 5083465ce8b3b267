"""What a goal type is: one enum, and one table of facts about each type (spec section 1).

Code that depends on the type of a goal asks this table, or is a `match` that ends with
`assert_never`: so mypy names every place that has to decide about a new type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from django.conf import settings

from goals import escrow_ids
from livestream.events import contracts
from sessions_app.models import Session
from sessions_app.rules import EXCLUSIVE_QUALITY, SD_QUALITY


class GoalType(StrEnum):
    """The six types of goals, by the name that the API uses."""

    FUNDING = contracts.FUNDING
    SHOW = contracts.SHOW
    KARAOKE = contracts.KARAOKE
    TRIGGER_PRIVATE = contracts.TRIGGER_PRIVATE
    TRIGGER_EXCLUSIVE = contracts.TRIGGER_EXCLUSIVE
    EXCLUSIVE = contracts.EXCLUSIVE


class Unit(StrEnum):
    """What the progress of a goal counts."""

    COINS = "coins"
    SECONDS = "seconds"


class Settlement(StrEnum):
    """By which rule the money of a goal is paid out or given back (spec section 6)."""

    NONE = "none"  # nobody pays
    SHOW = "show"  # paid out where the show is performed to its end, else refunded
    PRIVATE = "private"  # each payer's time is paid out or split by the seconds performed, or refunded
    ONE_ON_ONE = "one_on_one"  # paid out, or split by the seconds performed, or refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is true of every goal of one type.

    `class_name` is the type's name in the original flow notes. `escrow` names the escrow by the id
    of the goal that holds the money. `cooldown` and `grace` name settings (seconds): how long nobody
    may invite again after a refusal, and how long a goal may outlive its session. `preset` is the
    session's while such a goal has the stage, `stage_rank` orders what payers watch, lowest first.
    An invitation sells seconds; until it is answered its progress is 1 once paid, and it has no levels.
    A type with `performed_in_stream` is performed while the streamer is in their own stream, and has no
    stage channel. One with `given_up_unperformed` ends if it is not performed for SHOW_MAX_WAIT.
    """

    type: GoalType
    class_name: str
    settled_by: Settlement
    unit: Unit = Unit.COINS
    escrow: Callable[[str], str] | None = None
    performed: bool = False
    performed_in_stream: bool = False
    sells_tickets: bool = False
    one_a_session: bool = False
    invited_by: str | None = None  # the quality whose price an invitation is paid by
    others_may_join: bool = False
    cooldown: str | None = None
    given_up_unperformed: bool = False
    grace: str | None = None
    preset: Session.Preset | None = None
    stage_rank: int | None = None

    @property
    def is_invitation(self) -> bool:
        """Whether the streamer answers it, by agreeing or declining."""
        return self.invited_by is not None

    @property
    def cooldown_period(self) -> timedelta:
        """How long nobody may invite again after a refusal."""
        return _seconds(self.cooldown)

    @property
    def grace_period(self) -> timedelta:
        """How long a goal may outlive its session."""
        return _seconds(self.grace)


def _seconds(setting: str | None) -> timedelta:
    return timedelta(seconds=getattr(settings, setting) if setting else 0)


_FUNDING = Facts(
    type=GoalType.FUNDING,
    class_name="ShowFundingGoal",
    settled_by=Settlement.SHOW,
    escrow=escrow_ids.show_funding,
    sells_tickets=True,
)
_SHOW = Facts(
    type=GoalType.SHOW,
    class_name="ShowGoal",
    settled_by=Settlement.SHOW,
    unit=Unit.SECONDS,
    escrow=escrow_ids.show_funding,
    performed=True,
    given_up_unperformed=True,
    grace="SHOW_END_GRACE",
    stage_rank=3,
)
_KARAOKE = Facts(
    type=GoalType.KARAOKE,
    class_name="KaraokeGoal",
    settled_by=Settlement.NONE,
    unit=Unit.SECONDS,
    performed=True,
    one_a_session=True,
)
_TRIGGER_PRIVATE = Facts(
    type=GoalType.TRIGGER_PRIVATE,
    class_name="TriggerPrivateGoal",
    settled_by=Settlement.PRIVATE,
    unit=Unit.SECONDS,
    escrow=escrow_ids.trigger_private,
    performed=True,
    performed_in_stream=True,
    one_a_session=True,
    invited_by=SD_QUALITY,
    others_may_join=True,
    cooldown="TRIGGER_PRIVATE_COOLDOWN",
    preset=Session.Preset.PRIVATE,
    stage_rank=2,
)
_TRIGGER_EXCLUSIVE = Facts(
    type=GoalType.TRIGGER_EXCLUSIVE,
    class_name="TriggerExclusiveGoal",
    settled_by=Settlement.ONE_ON_ONE,
    unit=Unit.SECONDS,
    escrow=escrow_ids.trigger_exclusive,
    invited_by=EXCLUSIVE_QUALITY,
    cooldown="TRIGGER_EXCLUSIVE_COOLDOWN",
)
_EXCLUSIVE = Facts(
    type=GoalType.EXCLUSIVE,
    class_name="ExclusiveGoal",
    settled_by=Settlement.ONE_ON_ONE,
    unit=Unit.SECONDS,
    escrow=escrow_ids.trigger_exclusive,
    performed=True,
    one_a_session=True,
    given_up_unperformed=True,
    preset=Session.Preset.EXCLUSIVE,
    stage_rank=1,
)


def facts_of(goal_type: str) -> Facts:
    """Return the facts about a type; ValueError for a text that names none."""
    match kind := GoalType(goal_type):
        case GoalType.FUNDING:
            return _FUNDING
        case GoalType.SHOW:
            return _SHOW
        case GoalType.KARAOKE:
            return _KARAOKE
        case GoalType.TRIGGER_PRIVATE:
            return _TRIGGER_PRIVATE
        case GoalType.TRIGGER_EXCLUSIVE:
            return _TRIGGER_EXCLUSIVE
        case GoalType.EXCLUSIVE:
            return _EXCLUSIVE
        case _:
            assert_never(kind)


# The rows of the table. Not every member of the enum: one without facts must not keep this module
# from being imported, or mypy could not say which places have to decide about it.
FACTS = (_FUNDING, _SHOW, _KARAOKE, _TRIGGER_PRIVATE, _TRIGGER_EXCLUSIVE, _EXCLUSIVE)


def _where(holds: Callable[[Facts], object]) -> frozenset[GoalType]:
    return frozenset(facts.type for facts in FACTS if holds(facts))


PERFORMED = _where(lambda facts: facts.performed)
PERFORMED_IN_STREAM = _where(lambda facts: facts.performed_in_stream)
HAS_STAGE_CHANNEL = PERFORMED - PERFORMED_IN_STREAM
GIVEN_UP_UNPERFORMED = _where(lambda facts: facts.given_up_unperformed)
SELLS_TICKETS = _where(lambda facts: facts.sells_tickets)
MAY_BE_JOINED = _where(lambda facts: facts.others_may_join)
INVITATIONS = _where(lambda facts: facts.is_invitation)
WATCHED_BY_PAYERS = _where(lambda facts: facts.stage_rank is not None)
ONE_A_SESSION = _where(lambda facts: facts.one_a_session)


def types_settled_by(*settlements: Settlement) -> frozenset[GoalType]:
    """Return the types whose money goes by one of these rules."""
    return _where(lambda facts: facts.settled_by in settlements)


def types_with_preset(preset: Session.Preset) -> frozenset[GoalType]:
    """Return the types whose goals give the session this preset while they have the stage."""
    return _where(lambda facts: facts.preset == preset)


def types_by_grace() -> dict[timedelta, list[GoalType]]:
    """Return the types by how long their goals may outlive a session."""
    found: dict[timedelta, list[GoalType]] = {}
    for facts in FACTS:
        found.setdefault(facts.grace_period, []).append(facts.type)
    return found
