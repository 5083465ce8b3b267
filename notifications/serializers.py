"""The request and response bodies of the notifications app."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from goals.serializers import GoalSerializer
from livestream.api.fields import (
    ConstField,
    EnumField,
    EpochField,
    ObjectIdSerializerField,
    StrictTextField,
    WholeNumberField,
)
from notifications.channels import QUALITIES
from sessions_app.serializers import SessionSerializer


@extend_schema_serializer(component_name="ChannelAuthRequest")
class ChannelAuthBody(serializers.Serializer[Any]):
    """What pusher-js sends to join a channel or, without `channel_name`, to sign in. Other parameters are ignored."""

    socket_id = StrictTextField(
        max_length=65, trim_whitespace=False, help_text="The id of the connection, such as `1234.5678`."
    )
    channel_name = StrictTextField(
        max_length=200, trim_whitespace=False, required=False, help_text="The channel to join. Leave it out to sign in."
    )


class ChannelAuth(serializers.Serializer[Any]):
    """The signature; for a presence channel and for signing in, also the user's data as JSON text."""

    auth = serializers.CharField()
    channel_data = serializers.CharField(required=False, help_text="For a presence channel: what its members see.")
    user_data = serializers.CharField(required=False, help_text="For signing in: the id of the user.")


class ChannelSnapshot(serializers.Serializer[Any]):
    """The streamer's active session, or null, and its active goals."""

    channel = serializers.CharField()
    version = WholeNumberField(
        allow_null=True,
        help_text="Grows with each change of this session or of one of its goals; null without a session.",
    )
    server_time = EpochField()
    session = SessionSerializer(allow_null=True)
    goals = GoalSerializer(many=True)


class PusherEvent(serializers.Serializer[Any]):
    """What happened in a channel; further members are ignored."""

    name = serializers.CharField(
        help_text="`channel_occupied`, `channel_vacated`, `member_added` or `member_removed`; others are ignored."
    )
    channel = serializers.CharField()
    user_id = serializers.CharField(required=False, help_text="Of `member_added` and `member_removed`.")


@extend_schema_serializer(component_name="PusherWebhook")
class WebhookDocument(serializers.Serializer[Any]):
    """What Pusher sends."""

    time_ms = WholeNumberField(help_text="When Pusher sent it, in unix milliseconds.")
    events = serializers.ListField(child=PusherEvent())


class RtcInfo(serializers.Serializer[Any]):
    """What a client needs besides the token to enter a room."""

    app_id = serializers.CharField()
    room_id = serializers.CharField()
    user_id = serializers.CharField()


class StreamKey(serializers.Serializer[Any]):
    """A JSON Web Key (RFC 8037): the public half of a key that signs stream tokens."""

    kty = ConstField("OKP")
    crv = ConstField("Ed25519")
    x = serializers.CharField(help_text="The key, 32 bytes in base64url")
    kid = serializers.CharField(help_text="The id by which tokens name their key: its thumbprint (RFC 7638)")
    use = ConstField("sig")
    alg = ConstField("EdDSA")


class StreamKeySet(serializers.Serializer[Any]):
    """The keys to verify stream tokens with; the first one signs now."""

    keys = StreamKey(many=True)


class StreamToken(serializers.Serializer[Any]):
    """A right to watch until `exp`; the room's token expires at the same time.

    If the performance goes on after `exp`, read another token. The preview of a goal that others paid for opens no
    room.
    """

    session_id = ObjectIdSerializerField()
    quality = EnumField("StreamQuality", QUALITIES)
    token = serializers.CharField(
        help_text="A JWT with `sub`, `session_id`, `quality`, `iat`, `exp` and, for a paid goal, `goal_id`"
    )
    exp = EpochField(
        help_text="When both tokens expire: after five minutes for the public stream and the preview, otherwise when "
        "the paid performance ends, and after one hour at most. While the streamer of a show or a 1-on-1 is not on "
        "stage, the end is computed as if they came now."
    )
    byteplus_token = serializers.CharField(
        allow_null=True, help_text="null for the preview of a goal that others paid for"
    )
    byteplus_rtc_info = RtcInfo(allow_null=True)
