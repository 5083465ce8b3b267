"""The data of each push as clients read it: a serializer for each shape in `push_contracts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from goals.endings import EndedBecause
from goals.serializers import GoalSerializer
from livestream.api.fields import ConstField, EnumField, EpochField, ObjectIdSerializerField, WholeNumberField, absent
from livestream.api.unions import UnionSerializer
from notifications.channels import QUALITIES
from notifications.push_contracts import PushEvent
from notifications.serializers import RtcInfo
from sessions_app.models import Session
from sessions_app.serializers import Level, SessionKaraoke, SessionPrices, SessionSerializer
from wallet.serializers import WalletSerializer

_TRUNCATED = "True if members were left out because the push would be larger than 10 KB."
_EMBEDDED = ("show_goal_pairs", "trigger_private_goals", "exclusive_goal_pairs", "karaoke_goal")


def _with_optional(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        fields[name].required = False
    return fields


def _pushed(shape: Any) -> Any:
    """Return the shape of a goal in a push: `levels` may be absent, and then it says that it is truncated."""
    fields = {"truncated": serializers.BooleanField(required=False, help_text=_TRUNCATED)}
    fields["get_fields"] = lambda self: _with_optional(shape.get_fields(self), "levels")  # type: ignore[assignment]
    return type(f"Pushed{shape.__name__}", (shape,), {"__doc__": shape.__doc__, **fields})


class PushedGoal(UnionSerializer):
    """A goal as `GET /goals/{goal_id}` answers it; without `levels` where they do not fit into the push."""

    tag = GoalSerializer.tag
    shapes: ClassVar[Mapping[str, type[serializers.Serializer[Any]]]] = {
        kind: _pushed(shape) for kind, shape in GoalSerializer.shapes.items()
    }


class PushedKaraoke(SessionKaraoke):
    """The karaoke of a session; without `levels` where they do not fit."""

    truncated = serializers.BooleanField(required=False, help_text=_TRUNCATED)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields of a karaoke, of which `levels` may be absent."""
        return _with_optional(super().get_fields(), "levels")


class PushedSession(SessionSerializer):
    """A session as `GET /sessions/{session_id}` answers it; without its goals where they do not fit."""

    karaoke_goal = PushedKaraoke(allow_null=True)
    truncated = serializers.BooleanField(required=False, help_text=_TRUNCATED)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields of a session, of which those that embed goals may be absent."""
        return _with_optional(super().get_fields(), *_EMBEDDED)


class Push(serializers.Serializer[Any]):
    """What every push carries."""

    event_id = ObjectIdSerializerField(help_text="The event that the push reports, as in `GET /events`.")
    push_id = ObjectIdSerializerField(help_text="The same in a repeat, and on each channel with the same data.")
    truncated = serializers.BooleanField(required=False, help_text=_TRUNCATED)


class GoalPush(Push):
    """A goal as it stands when the push is made, with what this listener may see of it."""

    goal = PushedGoal()
    triggerer = serializers.CharField(
        allow_null=True,
        default=absent,
        help_text="Only on `private-user@`: the app or task that ended the goal; null unless the push is `goal.ended`.",
    )


class GoalCompletedPush(GoalPush):
    """A goal and its level that was reached."""

    level = WholeNumberField(help_text="How many levels are reached, this one included.")


class KaraokePush(Push):
    """The karaoke of a session."""

    session_id = ObjectIdSerializerField()
    goal = PushedGoal()


class ExclusiveClosedPush(Push):
    """A 1-on-1 that is over."""

    goal = PushedGoal()


class SessionPush(Push):
    """A session as it stands when the push is made."""

    session = PushedSession()


class LivestreamPush(SessionPush):
    """A session that went live or ended; what stands beside `session` is as it was at that moment."""

    session_id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    preset = EnumField("SessionPreset", Session.Preset.values)
    prices = SessionPrices(help_text="Coins a minute by quality.")
    price = SessionPrices(help_text="The older name of `prices`.")


class StreamAuthorizedPush(Push):
    """A right to watch until `exp`; the tokens are on the channel of quality `sd`."""

    session_id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    quality = EnumField("StreamQuality", QUALITIES)
    goal = PushedGoal(required=False)
    exp = EpochField(required=False)
    token = serializers.CharField(required=False, help_text="As `GET /sessions/{session_id}/token` answers it.")
    byteplus_token = serializers.CharField(required=False)
    byteplus_rtc_info = RtcInfo(required=False)


class StreamRevokedPush(Push):
    """The end of a right to watch: the viewer is removed from the rooms and gets no new tokens."""

    session_id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    reason = EnumField("EndedBecause", EndedBecause)


class StreamViewersPush(Push):
    """The goal whose end changed who may watch the session."""

    session_id = ObjectIdSerializerField()
    goal_id = ObjectIdSerializerField()


class ExternalCommandPush(StreamViewersPush):
    """What the streamer's player is to do."""

    command = ConstField("karaoke.start")
    levels = serializers.ListField(child=Level(), required=False, help_text="The songs, if they fit into the push.")


class Mvp(serializers.Serializer[Any]):
    """One of those who paid most."""

    rank = WholeNumberField()
    user_id = ObjectIdSerializerField()
    user_name = serializers.CharField()
    username = serializers.CharField(help_text="The older name of `user_name`.")
    amount = WholeNumberField(help_text="Coins.")


class LivestreamMvpsPush(Push):
    """Those who paid most for a sale. The streamer receives all of them, each of them only their own entry."""

    goal_id = ObjectIdSerializerField()
    streamer_id = ObjectIdSerializerField()
    mvps = Mvp(many=True)


class Presence(serializers.Serializer[Any]):
    """A viewer who entered or left a channel."""

    user_id = ObjectIdSerializerField()
    user_name = serializers.CharField()
    channel = serializers.CharField()
    at = EpochField()


class UserPresencePush(Presence, Push):
    """One viewer who entered or left."""


class UsersPresencePush(Push):
    """Viewers who entered or left at about the same time."""

    users = Presence(many=True)


class WalletPush(Push):
    """What the listener has, as it is when the push is made."""

    wallet = WalletSerializer()


class EscrowPush(Push):
    """Coins that were paid out of an escrow."""

    escrow_id = serializers.CharField()
    goal_id = ObjectIdSerializerField(help_text="The sale or the invitation that was paid for.")
    amount = WholeNumberField(help_text="Coins.")


class EscrowTransferPush(EscrowPush, WalletPush):
    """Coins, the transfer that moved them, and what the listener has now."""

    transfer_id = serializers.CharField(help_text="As in `GET /wallet/transfers`.")


PAYLOADS: dict[PushEvent, type[Push]] = {
    PushEvent.GOAL_ADDED: GoalPush,
    PushEvent.GOAL_STARTED: GoalPush,
    PushEvent.GOAL_AGREED: GoalPush,
    PushEvent.GOAL_PROGRESS_UPDATED: GoalPush,
    PushEvent.GOAL_COMPLETED: GoalCompletedPush,
    PushEvent.GOAL_ENDED: GoalPush,
    PushEvent.KARAOKE_GOAL_UPDATED: KaraokePush,
    PushEvent.EXCLUSIVE_CLOSED: ExclusiveClosedPush,
    PushEvent.LIVESTREAM_ONLINE: LivestreamPush,
    PushEvent.LIVESTREAM_OFFLINE: LivestreamPush,
    PushEvent.SESSION_UPDATED: SessionPush,
    PushEvent.STREAM_AUTHORIZED: StreamAuthorizedPush,
    PushEvent.STREAM_REVOKED: StreamRevokedPush,
    PushEvent.STREAM_VIEWERS_UPDATED: StreamViewersPush,
    PushEvent.EXTERNAL_COMMAND: ExternalCommandPush,
    PushEvent.LIVESTREAM_MVPS: LivestreamMvpsPush,
    PushEvent.USER_ENTERED: UserPresencePush,
    PushEvent.USER_LEFT: UserPresencePush,
    PushEvent.USERS_ENTERED: UsersPresencePush,
    PushEvent.USERS_LEFT: UsersPresencePush,
    PushEvent.ESCROW_COMPLETED_INDIVIDUAL: EscrowTransferPush,
    PushEvent.ESCROW_COMPLETED: EscrowPush,
    PushEvent.ESCROW_REFUNDED: EscrowTransferPush,
    PushEvent.WALLET_UPDATED: WalletPush,
}
