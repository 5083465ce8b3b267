"""Sessions as JSON, in and out."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from rest_framework import serializers

from livestream.api.bodies import ClosedSerializer
from livestream.api.fields import (
    CoinsField,
    EpochField,
    ObjectIdSerializerField,
    StrictTextField,
)
from sessions_app import rules
from sessions_app.models import Session

VERSION = "grows with each change: of two documents, the one with the higher version is newer"


class Prices(ClosedSerializer):
    """Coins a minute by quality; one that is absent is not offered."""

    sd = CoinsField(max_value=rules.HIGHEST_RATE, required=False, help_text="coins a minute")
    exclusive = CoinsField(max_value=rules.HIGHEST_RATE, required=False, help_text="coins a minute")


class SessionBody(ClosedSerializer):
    """What a streamer says when opening or changing a session."""

    title = StrictTextField(max_length=200, allow_blank=True, required=False)
    preset = serializers.ChoiceField(choices=Session.Preset.choices, required=False)
    prices = Prices(required=False)


class Statuses(serializers.Serializer[Any]):
    """When the session was created, went live and ended."""

    created = EpochField()
    started = EpochField(allow_null=True)
    ended = EpochField(allow_null=True)


class PlainSession(serializers.Serializer[Any]):
    """A session by itself, as the feed shows it."""

    id = ObjectIdSerializerField()
    version = serializers.IntegerField(help_text=VERSION)
    streamer_id = ObjectIdSerializerField()
    title = serializers.CharField()
    preset = serializers.ChoiceField(choices=Session.Preset.choices)
    active = serializers.BooleanField()
    prices = Prices()
    statuses = Statuses()


class ShowGoalPair(serializers.Serializer[Any]):
    """A funding goal and the show it paid for."""

    funding_goal = ObjectIdSerializerField()
    show_goal = ObjectIdSerializerField(allow_null=True)
    funding_ended = EpochField(allow_null=True)
    show_ended = EpochField(allow_null=True)


class TriggerPrivateGoal(serializers.Serializer[Any]):
    """An invitation to a private show (seed 003)."""

    goal = ObjectIdSerializerField()
    goal_agreed = EpochField(allow_null=True)
    goal_ended = EpochField(allow_null=True)
    goal_cooldown = EpochField(allow_null=True)


class ExclusiveGoalPair(serializers.Serializer[Any]):
    """A viewer's invitation to a 1-on-1 and the goal it led to (seed 001)."""

    trigger_exclusive_goal = ObjectIdSerializerField()
    trigger_exclusive_goal_agreed = EpochField(allow_null=True)
    trigger_exclusive_goal_ended = EpochField(allow_null=True)
    trigger_exclusive_goal_cooldown = EpochField(allow_null=True)
    exclusive_goal = ObjectIdSerializerField(allow_null=True)
    exclusive_goal_ended = EpochField(allow_null=True)


class Song(serializers.Serializer[Any]):
    """A level of a karaoke; `target` is seconds."""

    title = serializers.CharField()
    target = serializers.IntegerField()


class KaraokeGoal(serializers.Serializer[Any]):
    """The session's karaoke; progress is seconds."""

    goal = ObjectIdSerializerField()
    version = serializers.IntegerField(help_text="the version of the goal itself")
    progress = serializers.IntegerField()
    level = serializers.IntegerField()
    levels = serializers.ListField(child=Song())
    ended = EpochField(allow_null=True)


class SessionSerializer(PlainSession):
    """A session with the goals it embeds (spec section 3)."""

    show_goal_pairs = serializers.ListField(child=ShowGoalPair())
    trigger_private_goals = serializers.ListField(child=TriggerPrivateGoal())
    exclusive_goal_pairs = serializers.DictField(
        child=ExclusiveGoalPair(),
        help_text="by viewer: all of them for the streamer and support, your own for a viewer",
    )
    karaoke_goal = KaraokeGoal(allow_null=True)


class FeedEntrySerializer(serializers.Serializer[Any]):
    """A live session with its current goals, oldest first, each as `GET /goals/{id}` shows it to all."""

    session = PlainSession()

    _declared_above: ClassVar[dict[str, Any]] = {}

    @classmethod
    def declare_goals(cls, field: serializers.BaseSerializer[Any]) -> None:
        """Have `field` declare the member `goals`, whose shape a higher floor knows (see `feed_goals`)."""
        cls._declared_above["goals"] = field

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields, that of the higher floor included."""
        return {**super().get_fields(), **copy.deepcopy(self._declared_above)}
