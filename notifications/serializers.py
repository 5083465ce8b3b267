"""What clients say to notifications, and what they hear."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from goals.serializers import GoalSerializer
from livestream.api.fields import StrictTextField
from sessions_app.serializers import SessionSerializer


class ChannelAuthBody(serializers.Serializer[Any]):
    """What pusher-js sends; it may add parameters of the app, which nobody reads here."""

    socket_id = StrictTextField(max_length=65, trim_whitespace=False, help_text="of the connection: 1234.5678")
    channel_name = StrictTextField(max_length=200, trim_whitespace=False)


class ChannelAuth(serializers.Serializer[Any]):
    """The signature; for a presence channel also what others see of the member, as JSON text."""

    auth = serializers.CharField()
    channel_data = serializers.CharField(required=False)


class ChannelSnapshot(serializers.Serializer[Any]):
    """The streamer's active session, or null, and its active goals."""

    channel = serializers.CharField()
    session = SessionSerializer(allow_null=True)
    goals = GoalSerializer(many=True)


class WebhookDocument(serializers.Serializer[Any]):
    """What Pusher sends; only described here, since the signature covers the raw body."""

    time_ms = serializers.IntegerField()
    events = serializers.ListField(child=serializers.DictField())


class RtcInfo(serializers.Serializer[Any]):
    """What a client needs besides the token to enter a room."""

    app_id = serializers.CharField()
    room_id = serializers.CharField()
    user_id = serializers.CharField()


class StreamToken(serializers.Serializer[Any]):
    """A right to watch, until `exp`; the room's token ends with it. The preview opens no room."""

    session_id = serializers.CharField()
    quality = serializers.ChoiceField(choices=("preview", "sd"))
    token = serializers.CharField()
    exp = serializers.IntegerField(help_text="Unix seconds")
    byteplus_token = serializers.CharField(allow_null=True, help_text="null for a viewer's preview")
    byteplus_rtc_info = RtcInfo(allow_null=True)
