"""What `data` of a logged event has: a goal or an escrow as it was at that moment (spec section 3)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from goals.serializers import GoalConditions, outcome_field, reason_field
from goals.types import GoalType
from livestream.api.fields import (
    EnumField,
    EpochField,
    ObjectIdSerializerField,
    SignedNumberField,
    WholeNumberField,
    absent,
)
from sessions_app.serializers import Level

# Members that some events lack, and others have as null.
_NULL_OR_ABSENT: dict[str, Any] = {"allow_null": True, "default": absent}
_OF_PAYERS = "Left out for readers whom it does not concern."


class EventContext(serializers.Serializer[Any]):
    """A goal's `context` as it was at the moment of the event; members that do not apply are absent."""

    type = EnumField("GoalType", GoalType)
    session_id = ObjectIdSerializerField(required=False)
    funding_goal_id = ObjectIdSerializerField(required=False)
    show_goal_id = ObjectIdSerializerField(required=False)
    started = EpochField(required=False)
    paused = EpochField(required=False)
    last_updated = EpochField(required=False)
    ticket_product_id = serializers.CharField(required=False)
    ticket_product_type = serializers.CharField(required=False)
    exclusive_to = ObjectIdSerializerField(required=False, help_text=_OF_PAYERS)
    trigger_goal_id = ObjectIdSerializerField(required=False)
    exclusive_goal_id = ObjectIdSerializerField(required=False)


class EventMetadata(serializers.Serializer[Any]):
    """A goal's `metadata` as it was at the moment of the event; members that do not apply are absent."""

    user_id = ObjectIdSerializerField(help_text="The streamer.")
    triggered_by = ObjectIdSerializerField(required=False, help_text=f"Who invited. {_OF_PAYERS}")
    prepaid_duration = WholeNumberField(required=False, help_text="Seconds that were paid for.")
    goal_agreed = EpochField(required=False)
    cooldown = EpochField(required=False)


class GoalEventData(serializers.Serializer[Any]):
    """A goal as it was at the moment of the event."""

    event_id = ObjectIdSerializerField()
    goal_id = ObjectIdSerializerField()
    session_id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    type = EnumField("GoalType", GoalType)
    active = serializers.BooleanField()
    progress = WholeNumberField(help_text="Coins or seconds.")
    level = WholeNumberField()
    levels = serializers.ListField(child=Level())
    conditions = GoalConditions()
    context: Any = EventContext()  # DRF has a member of this name too, which no answer needs
    metadata = EventMetadata()
    nbf = EpochField(allow_null=True)
    exp = EpochField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)


class ProgressEventData(GoalEventData):
    """A goal whose progress moved, and by how much."""

    amount = SignedNumberField(
        required=False,
        help_text="Coins, or seconds on stage; negative where payments were refunded, or performed seconds corrected. "
        "For a payer of an escrow, their own coins. Left out for other readers.",
    )
    old_level = WholeNumberField()
    breakdown_id = ObjectIdSerializerField(**_NULL_OR_ABSENT, help_text=f"The payer, if it is only one. {_OF_PAYERS}")
    payers = serializers.DictField(
        child=SignedNumberField(),
        **_NULL_OR_ABSENT,
        help_text=f"Coins by payer; negative for those who were refunded. {_OF_PAYERS}",
    )


class EndEventData(GoalEventData):
    """A goal that ended, how and why."""

    triggerer = serializers.CharField(allow_null=True, help_text="The app that caused it, or null.")
    outcome = outcome_field()
    ended_because = reason_field()


class EscrowEventData(serializers.Serializer[Any]):
    """What was paid out of an escrow, in coins."""

    event_id = ObjectIdSerializerField()
    escrow_id = serializers.CharField()
    amount = WholeNumberField(required=False, help_text=f"Coins. {_OF_PAYERS}")
    user_id = ObjectIdSerializerField(required=False, help_text=f"The streamer. {_OF_PAYERS}")


class EarningEventData(EscrowEventData):
    """One earning that was paid out."""

    transfer_id = serializers.CharField(required=False, help_text=_OF_PAYERS)


class RefundEventData(EscrowEventData):
    """Coins that went back: to all payers, in one event for each part of a long list, or early to single payers."""

    amount = WholeNumberField(help_text="Coins; for a payer, what this refund gave back to them.")
    user_id = ObjectIdSerializerField(**_NULL_OR_ABSENT, help_text=f"The streamer. {_OF_PAYERS}")
    first_payer = ObjectIdSerializerField(required=False, help_text=_OF_PAYERS)
    last_payer = ObjectIdSerializerField(required=False, help_text=_OF_PAYERS)
    payers = WholeNumberField(required=False, help_text=f"How many payers got coins back. {_OF_PAYERS}")
    final = serializers.BooleanField(help_text="Everybody has been refunded.")
    early = serializers.BooleanField(help_text="Single payers were refunded, and the escrow stays open.")
