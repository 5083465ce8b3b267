"""Goals as they are answered (spec section 3): a shape for each type of goal, told apart by `type`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from goals.endings import EndedBecause, Outcome
from goals.types import GoalType, Unit
from livestream.api.fields import (
    ConstField,
    EnumField,
    EpochField,
    ObjectIdSerializerField,
    WholeNumberField,
)
from livestream.api.unions import UnionSerializer
from sessions_app.serializers import VERSION, Level

_FOR_PARTIES = "Only for the streamer, support and this viewer."
_ON_STAGE = "When the streamer entered the stage; absent if nobody did yet."
_OFF_STAGE = "When the streamer left the stage; absent while the streamer is on it."


def outcome_field(**options: Any) -> EnumField:
    """Declare how a goal ended; null while it has not."""
    return EnumField("GoalOutcome", Outcome, allow_null=True, help_text="Null until the goal has ended.", **options)


def reason_field(**options: Any) -> EnumField:
    """Declare why a goal ended; null while it has not."""
    return EnumField(
        "EndedBecause", EndedBecause, allow_null=True, help_text="Null until the goal has ended.", **options
    )


class GoalConditions(serializers.Serializer[Any]):
    """Where a goal belongs."""

    session_id = ObjectIdSerializerField()


class _Tickets(serializers.Serializer[Any]):
    ticket_product_id = serializers.CharField()
    ticket_product_type = serializers.CharField()


class _Stage(serializers.Serializer[Any]):
    started = EpochField(required=False, help_text=_ON_STAGE)
    paused = EpochField(required=False, help_text=_OFF_STAGE)
    last_updated = EpochField(required=False, help_text="When seconds were last added to the progress.")


class FundingGoalContext(_Tickets):
    """Which ticket a sale sells, and the show that it pays for."""

    type = ConstField(GoalType.FUNDING)
    show_goal_id = ObjectIdSerializerField(required=False, help_text="The show, once the streamer made it.")


class ShowGoalContext(_Tickets, _Stage):
    """Which sale paid for a show, and when the streamer was on its stage."""

    type = ConstField(GoalType.SHOW)
    session_id = ObjectIdSerializerField()
    funding_goal_id = ObjectIdSerializerField()


class KaraokeGoalContext(_Stage):
    """When the streamer was on the stage of a karaoke."""

    type = ConstField(GoalType.KARAOKE)


class TriggerPrivateGoalContext(_Stage):
    """When the streamer was in the stream of a private show."""

    type = ConstField(GoalType.TRIGGER_PRIVATE)


class TriggerExclusiveGoalContext(serializers.Serializer[Any]):
    """Whom a 1-on-1 would be for, and the goal that it led to."""

    type = ConstField(GoalType.TRIGGER_EXCLUSIVE)
    exclusive_to = ObjectIdSerializerField(required=False, help_text=_FOR_PARTIES)
    exclusive_to_name = serializers.CharField(required=False, help_text=_FOR_PARTIES)
    exclusive_goal_id = ObjectIdSerializerField(required=False, help_text="The 1-on-1, once the streamer agreed.")


class ExclusiveGoalContext(_Stage):
    """Whom a 1-on-1 is for, and the invitation that it came from."""

    type = ConstField(GoalType.EXCLUSIVE)
    exclusive_to = ObjectIdSerializerField(required=False, help_text=_FOR_PARTIES)
    exclusive_to_name = serializers.CharField(required=False, help_text=_FOR_PARTIES)
    trigger_goal_id = ObjectIdSerializerField()


class GoalMetadata(serializers.Serializer[Any]):
    """Whose a goal is."""

    user_id = ObjectIdSerializerField(help_text="The streamer.")
    user_name = serializers.CharField(help_text="The streamer's public name.")


class ExclusiveGoalMetadata(GoalMetadata):
    """Whose a 1-on-1 is, who invited to it, and for how long."""

    triggered_by = ObjectIdSerializerField(required=False, help_text=f"Who invited. {_FOR_PARTIES}")
    triggered_by_name = serializers.CharField(required=False, help_text=_FOR_PARTIES)
    prepaid_duration = WholeNumberField(help_text="Seconds that were paid for.")


class InvitationMetadata(ExclusiveGoalMetadata):
    """Who invited whom, for how long, and what the streamer answered."""

    goal_agreed = EpochField(required=False, help_text="When the streamer agreed.")
    cooldown = EpochField(
        required=False,
        help_text="Until when no new invitation is accepted, after a refusal: from anybody to a private show, from "
        "this viewer to a 1-on-1.",
    )


class InvitationPrice(serializers.Serializer[Any]):
    """What an invitation costs, in coins, at the streamer's rate when it was made."""

    rate = WholeNumberField(help_text="Coins a minute.")
    minimum = WholeNumberField(help_text="Coins for the shortest duration.")
    joining = WholeNumberField(help_text="Coins for the invitation's own `prepaid_duration`.")


class SaleTerms(serializers.Serializer[Any]):
    """What a sale promises; its show has the same terms."""

    price = WholeNumberField(help_text="Coins a ticket.")
    duration = WholeNumberField(help_text="The least length of the show, in seconds.")
    start_within = WholeNumberField(
        help_text="The show starts at most this many seconds after the sale has reached its target and closed."
    )
    start_by = EpochField(required=False, help_text="Once the target is reached: the latest start of the show.")


class AnyGoal(serializers.Serializer[Any]):
    """What all types of goals have in common; their types add `type`, `context` and `metadata`."""

    context: Any  # the seeds' name; DRF's serializers have one too, which no answer needs
    id = ObjectIdSerializerField()
    version = WholeNumberField(help_text=VERSION)
    active = serializers.BooleanField()
    state = EnumField("GoalState", ("scheduled", "active", "ended"))
    progress = WholeNumberField(
        help_text="In the goal's `unit`. An unanswered invitation has 1 once it is paid, and no levels. Performed "
        "seconds are added only when the streamer leaves the stage or a level is reached. Until then, `remaining` has "
        "the seconds that are left."
    )
    unit = EnumField("GoalUnit", Unit, help_text="What progress and targets count.")
    level = WholeNumberField(help_text="How many levels have reached their target.")
    levels = serializers.ListField(child=Level())
    nbf = EpochField(allow_null=True, help_text="When the goal starts; null if at once.")
    exp = EpochField(allow_null=True, help_text="When the goal ends at the latest, or null.")
    remaining = WholeNumberField(
        allow_null=True,
        help_text="Seconds that are left to perform, as of `server_time`; null if the goal is not performed, or over.",
    )
    due_at = EpochField(
        allow_null=True,
        help_text="When the last target is reached if the streamer stays on stage; null while nobody performs. "
        "The goal completes a few seconds later.",
    )
    server_time = EpochField(
        allow_null=True, help_text="The server's time while `remaining` runs down; otherwise null."
    )
    conditions = GoalConditions()
    outcome = outcome_field()
    ended_because = reason_field()

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, `type` among the first of them, which people look for."""
        fields = super().get_fields()
        return {name: fields.pop(name) for name in ("id", "version", "type") if name in fields} | fields


class _GoalWithPayers(AnyGoal):
    breakdown = serializers.DictField(
        child=WholeNumberField(),
        required=False,
        help_text="Coins by payer, less what was refunded early. In the answer about one goal, the streamer and "
        "support see the 1,000 payers who paid most; `GET /goals/{goal_id}/contributions` lists every purchase. A "
        "payer sees their own coins, also in lists. Lists show no coins of other payers.",
    )
    breakdown_names = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="The public names of the payers in `breakdown`, by id."
    )


class FundingGoal(_GoalWithPayers):
    """A ticket sale: its progress is the coins of all tickets."""

    type = ConstField(GoalType.FUNDING)
    context: Any = FundingGoalContext()
    metadata = GoalMetadata()
    terms = SaleTerms(required=False)


class ShowGoal(_GoalWithPayers):
    """A show that a ticket sale paid for: its progress is performed seconds."""

    type = ConstField(GoalType.SHOW)
    context: Any = ShowGoalContext()
    metadata = GoalMetadata()
    terms = SaleTerms(required=False)


class KaraokeGoal(AnyGoal):
    """The session's karaoke: a level a song, its progress is performed seconds. It costs nothing."""

    type = ConstField(GoalType.KARAOKE)
    context: Any = KaraokeGoalContext()
    metadata = GoalMetadata()


class TriggerPrivateGoal(_GoalWithPayers):
    """An invitation to a private show, and the show itself once the streamer agreed."""

    type = ConstField(GoalType.TRIGGER_PRIVATE)
    context: Any = TriggerPrivateGoalContext()
    metadata = InvitationMetadata()
    price = InvitationPrice()


class TriggerExclusiveGoal(_GoalWithPayers):
    """An invitation to a 1-on-1; once the streamer agreed, a goal of type `exclusive` follows."""

    type = ConstField(GoalType.TRIGGER_EXCLUSIVE)
    context: Any = TriggerExclusiveGoalContext()
    metadata = InvitationMetadata()
    price = InvitationPrice()


class ExclusiveGoal(_GoalWithPayers):
    """A 1-on-1: its progress is performed seconds."""

    type = ConstField(GoalType.EXCLUSIVE)
    context: Any = ExclusiveGoalContext()
    metadata = ExclusiveGoalMetadata()


class GoalSerializer(UnionSerializer):
    """A goal as you may see it. `type` says which members it has."""

    tag = "type"
    shapes = {
        GoalType.FUNDING: FundingGoal,
        GoalType.SHOW: ShowGoal,
        GoalType.KARAOKE: KaraokeGoal,
        GoalType.TRIGGER_PRIVATE: TriggerPrivateGoal,
        GoalType.TRIGGER_EXCLUSIVE: TriggerExclusiveGoal,
        GoalType.EXCLUSIVE: ExclusiveGoal,
    }
