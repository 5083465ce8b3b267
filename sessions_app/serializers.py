"""Sessions as JSON, in and out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from livestream.api.bodies import ClosedSerializer
from livestream.api.declared_above import DeclaredAbove
from livestream.api.fields import (
    CoinsField,
    EnumField,
    EpochField,
    ObjectIdSerializerField,
    StrictTextField,
    WholeNumberField,
)
from sessions_app import rules
from sessions_app.models import Session

VERSION = "Grows with each change: of two documents, the one with the higher version is newer."


@extend_schema_serializer(component_name="PricesRequest")
class PricesBody(ClosedSerializer):
    """Coins a minute by quality; one that is absent is not offered."""

    sd = CoinsField(max_value=rules.HIGHEST_RATE, required=False, help_text="Coins a minute for a private show.")
    exclusive = CoinsField(max_value=rules.HIGHEST_RATE, required=False, help_text="Coins a minute for a 1-on-1.")


@extend_schema_serializer(component_name="SessionRequest")
class SessionBody(ClosedSerializer):
    """What a streamer says when opening or changing a session."""

    title = StrictTextField(max_length=200, allow_blank=True, required=False)
    preset = EnumField("SessionPreset", Session.Preset.values, required=False)
    prices = PricesBody(required=False)


class Level(serializers.Serializer[Any]):
    """A step of a goal; of a karaoke, a song."""

    title = serializers.CharField()
    target = WholeNumberField(help_text="The progress at which it is reached: coins or seconds.")


class SessionPrices(serializers.Serializer[Any]):
    """Coins a minute by quality; one that is absent is not offered."""

    sd = WholeNumberField(required=False, help_text="Coins a minute for a private show.")
    exclusive = WholeNumberField(required=False, help_text="Coins a minute for a 1-on-1.")


class SessionStatuses(serializers.Serializer[Any]):
    """When the session was created, went live and ended."""

    created = EpochField()
    started = EpochField(allow_null=True)
    ended = EpochField(allow_null=True)


class SessionSummary(serializers.Serializer[Any]):
    """A session by itself, as the feed shows it."""

    id = ObjectIdSerializerField()
    version = WholeNumberField(help_text=VERSION)
    streamer_id = ObjectIdSerializerField()
    streamer_name = serializers.CharField()
    title = serializers.CharField()
    preset = EnumField("SessionPreset", Session.Preset.values)
    active = serializers.BooleanField()
    prices = SessionPrices()
    statuses = SessionStatuses()


class ShowGoalPair(serializers.Serializer[Any]):
    """A funding goal and the show it paid for."""

    funding_goal = ObjectIdSerializerField()
    show_goal = ObjectIdSerializerField(allow_null=True)
    funding_ended = EpochField(allow_null=True)
    show_ended = EpochField(allow_null=True)


class PrivateInvitation(serializers.Serializer[Any]):
    """An invitation to a private show, by the id of its goal."""

    goal = ObjectIdSerializerField()
    goal_agreed = EpochField(allow_null=True)
    goal_ended = EpochField(allow_null=True)
    goal_cooldown = EpochField(allow_null=True)


class ExclusiveGoalPair(serializers.Serializer[Any]):
    """A viewer's invitation to a 1-on-1 and the goal that it led to."""

    user_name = serializers.CharField(help_text="The public name of the viewer.")
    trigger_exclusive_goal = ObjectIdSerializerField()
    trigger_exclusive_goal_agreed = EpochField(allow_null=True)
    trigger_exclusive_goal_ended = EpochField(allow_null=True)
    trigger_exclusive_goal_cooldown = EpochField(allow_null=True)
    exclusive_goal = ObjectIdSerializerField(allow_null=True)
    exclusive_goal_ended = EpochField(allow_null=True)


class SessionKaraoke(serializers.Serializer[Any]):
    """The session's karaoke; progress is seconds."""

    goal = ObjectIdSerializerField()
    version = WholeNumberField(help_text="The version of the goal itself.")
    progress = WholeNumberField(help_text="Performed seconds.")
    level = WholeNumberField(help_text="How many songs have been sung to their end.")
    levels = serializers.ListField(child=Level())
    ended = EpochField(allow_null=True)


class SessionSerializer(SessionSummary):
    """A session with the goals that it embeds."""

    show_goal_pairs = serializers.ListField(child=ShowGoalPair())
    trigger_private_goals = serializers.ListField(child=PrivateInvitation())
    exclusive_goal_pairs = serializers.DictField(
        child=ExclusiveGoalPair(),
        help_text="By the id of the viewer: all of them for the streamer and support, your own for a viewer.",
    )
    karaoke_goal = SessionKaraoke(allow_null=True)


@extend_schema_serializer(component_name="LiveSession")
class FeedEntrySerializer(DeclaredAbove):
    """A live session with its current goals, oldest first, each as everybody may see it."""

    session = SessionSummary()
