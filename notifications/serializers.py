"""What clients say to notifications, and what they hear."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from goals.serializers import GoalSerializer
from livestream.api.fields import StrictTextField
from sessions_app.serializers import SessionSerializer


class ChannelAuthBody(serializers.Serializer[Any]):
    """What pusher-js sends; without a channel, it signs in. Other parameters are ignored."""

    socket_id = StrictTextField(max_length=65, trim_whitespace=False, help_text="of the connection: 1234.5678")
    channel_name = StrictTextField(
        max_length=200, trim_whitespace=False, required=False, help_text="the channel to join; left out to sign in"
    )


class ChannelAuth(serializers.Serializer[Any]):
    """The signature; for a presence channel and for signing in, also the user's data as JSON text."""

    auth = serializers.CharField()
    channel_data = serializers.CharField(required=False, help_text="for a presence channel: what its members see")
    user_data = serializers.CharField(required=False, help_text="for signing in: the user's id")


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


class StreamKey(serializers.Serializer[Any]):
    """A JSON Web Key (RFC 8037): the public half of a key that signs stream tokens."""

    kty = serializers.ChoiceField(choices=("OKP",))
    crv = serializers.ChoiceField(choices=("Ed25519",))
    x = serializers.CharField(help_text="The key, 32 bytes in base64url")
    kid = serializers.CharField(help_text="The id by which tokens name their key: the thumbprint (RFC 7638)")
    use = serializers.ChoiceField(choices=("sig",))
    alg = serializers.ChoiceField(choices=("EdDSA",))


class StreamKeySet(serializers.Serializer[Any]):
    """The keys to verify stream tokens with; the first one signs now."""

    keys = StreamKey(many=True)


class StreamToken(serializers.Serializer[Any]):
    """A right to watch until `exp`; the room's token expires at the same time.

    The preview of a goal that others paid for opens no room.
    """

    session_id = serializers.CharField()
    quality = serializers.ChoiceField(choices=("preview", "sd"))
    token = serializers.CharField(
        help_text="A JWT with `sub`, `session_id`, `quality`, `iat`, `exp` and, for a paid goal, `goal_id`"
    )
    exp = serializers.IntegerField(help_text="Unix seconds")
    byteplus_token = serializers.CharField(
        allow_null=True, help_text="null for the preview of a goal that others paid for"
    )
    byteplus_rtc_info = RtcInfo(allow_null=True)
