"""Logged events as JSON: the list of one goal, and the feed of one person (spec section 3)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from goals.endings import EndedBecause, Outcome
from goals.serializers import Conditions, Context, Level, Metadata
from goals.types import GoalType
from livestream.api.fields import EpochField, ObjectIdSerializerField, absent

# Members that some events lack, and others have as null.
_NULL_OR_ABSENT: dict[str, Any] = {"allow_null": True, "default": absent}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"type": "integer"},
            {"type": "null"},
        ],
        "description": "Of progress: coins by payer. Of a refund: how many payers got their coins back",
    }
)
class PayersField(serializers.Field):
    """Who paid how much, or how many were refunded; only for answers."""

    def to_representation(self, value: dict[str, int] | int) -> dict[str, int] | int:
        return value


class _FactsOfProgressAndEnd(serializers.Serializer[Any]):
    amount = serializers.IntegerField(required=False, help_text="coins, or seconds on stage")
    old_level = serializers.IntegerField(required=False)
    breakdown_id = ObjectIdSerializerField(**_NULL_OR_ABSENT, help_text="the payer, where there is only one")
    payers = PayersField(default=absent)
    triggerer = serializers.CharField(**_NULL_OR_ABSENT)
    outcome = serializers.ChoiceField(choices=[each.value for each in Outcome], **_NULL_OR_ABSENT)
    ended_because = serializers.ChoiceField(choices=[each.value for each in EndedBecause], **_NULL_OR_ABSENT)


class GoalEventPayload(_FactsOfProgressAndEnd):
    """The goal as it was at that moment, and what the event adds."""

    event_id = ObjectIdSerializerField()
    goal_id = ObjectIdSerializerField()
    session_id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    type = serializers.ChoiceField(choices=[each.value for each in GoalType])
    active = serializers.BooleanField()
    progress = serializers.IntegerField()
    level = serializers.IntegerField()
    levels = serializers.ListField(child=Level())
    conditions = Conditions()
    context = Context()  # type: ignore[assignment]  # the seeds' name; DRF has one too
    metadata = Metadata()
    nbf = EpochField(allow_null=True)
    exp = EpochField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)


class FeedEventData(_FactsOfProgressAndEnd):
    """What a goal's or an escrow's event tells this reader; each event has its own members."""

    event_id = ObjectIdSerializerField()
    goal_id = ObjectIdSerializerField(required=False)
    session_id = ObjectIdSerializerField(required=False)
    streamer_id = ObjectIdSerializerField(required=False)
    type = serializers.ChoiceField(choices=[each.value for each in GoalType], required=False)
    active = serializers.BooleanField(required=False)
    progress = serializers.IntegerField(required=False)
    level = serializers.IntegerField(required=False)
    levels = serializers.ListField(child=Level(), required=False)
    conditions = Conditions(required=False)
    context = Context(required=False)  # type: ignore[assignment]  # likewise
    metadata = Metadata(required=False)
    nbf = EpochField(**_NULL_OR_ABSENT)
    exp = EpochField(**_NULL_OR_ABSENT)
    escrow_id = serializers.CharField(**_NULL_OR_ABSENT)
    user_id = ObjectIdSerializerField(**_NULL_OR_ABSENT, help_text="the streamer")
    transfer_id = serializers.CharField(required=False)
    first_payer = ObjectIdSerializerField(required=False)
    last_payer = ObjectIdSerializerField(required=False)
    final = serializers.BooleanField(required=False, help_text="of a refund: everybody has been refunded")
    early = serializers.BooleanField(
        required=False, help_text="of a refund: single payments were given back, and the escrow stays open"
    )


class GoalEventSerializer(serializers.Serializer[Any]):
    """A lifecycle event as it was logged; the payload's times are unix seconds too."""

    id = ObjectIdSerializerField()
    name = serializers.CharField()
    occurred_at = EpochField()
    triggerer = serializers.CharField()
    payload = GoalEventPayload()


class FeedEvent(serializers.Serializer[Any]):
    """An event of the feed; `cursor` reads on after it."""

    id = ObjectIdSerializerField()
    name = serializers.CharField()
    occurred_at = EpochField()
    goal_id = ObjectIdSerializerField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)
    cursor = serializers.CharField()
    data = FeedEventData()  # type: ignore[assignment]  # the API's name


class Feed(serializers.Serializer[Any]):
    """A page of the feed; `next` reads on, and is the same cursor where nothing is new."""

    results = FeedEvent(many=True)
    next = serializers.CharField()
