"""Sessions as JSON, in and out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from livestream.api.bodies import ClosedSerializer
from livestream.api.fields import (
    CoinsField,
    EpochDateTimeField,
    ObjectIdSerializerField,
    StrictTextField,
)
from livestream.models import User
from sessions_app import embedded, rules
from sessions_app.models import FeedEntry, Session


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

    created = EpochDateTimeField()
    started = EpochDateTimeField(allow_null=True)
    ended = EpochDateTimeField(allow_null=True)


class PlainSession(serializers.Serializer[Session]):
    """A session by itself, as the feed shows it."""

    id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    title = serializers.CharField()
    preset = serializers.ChoiceField(choices=Session.Preset.choices)
    active = serializers.BooleanField()
    prices = Prices()
    statuses = Statuses()


class FeedEntrySerializer(serializers.Serializer[FeedEntry]):
    """A live session with its current goals, oldest first, each as `GET /goals/{id}` shows it to all.

    The context's `goals` has them by id.
    """

    session = PlainSession()
    goals = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": {}}})
    def get_goals(self, entry: FeedEntry) -> list[dict[str, Any]]:
        current = self.context["goals"]
        return [current[goal_id] for goal_id in entry.goal_ids if goal_id in current]


class SessionSerializer(PlainSession):
    """A session with the goals it embeds (spec section 3); higher floors fill those in."""

    show_goal_pairs = serializers.ListField(child=serializers.DictField(), read_only=True)
    trigger_private_goals = serializers.ListField(child=serializers.DictField(), read_only=True)
    exclusive_goal_pairs = serializers.DictField(child=serializers.DictField(), read_only=True)
    karaoke_goal = serializers.DictField(allow_null=True, read_only=True)

    def _viewer(self) -> User | None:
        """Return who looks: `viewer` of the context, or else whoever asks; None for everybody."""
        if "viewer" in self.context:
            return self.context["viewer"]
        request = self.context.get("request")
        return request.user if request is not None and request.user.is_authenticated else None

    def to_representation(self, instance: Session) -> dict[str, Any]:
        return {
            "id": instance.id,
            "streamer_id": instance.streamer_id,
            "title": instance.title,
            "preset": instance.preset,
            "active": instance.active,
            "prices": instance.prices,
            "statuses": Statuses(instance.statuses).data,
            **embedded.read_all(instance, self._viewer()),
        }
