"""What a webhook means: the event that it is published as, and who came or went (seed 002)."""

from __future__ import annotations

from goals.models import Goal
from livestream import ids
from livestream.events.contracts import ChannelOccupied, ChannelVacated
from notifications import channels, webhook_protocol
from notifications.channels import GOAL, STREAM, Channel
from notifications.models import Webhook
from notifications.selectors import Accepted

Meaning = type[ChannelOccupied] | type[ChannelVacated]

_OF_MEMBERS: dict[str, Meaning] = {"member_added": ChannelOccupied, "member_removed": ChannelVacated}
_OF_CHANNELS: dict[str, Meaning] = {"channel_occupied": ChannelOccupied, "channel_vacated": ChannelVacated}


def event_of(webhook: Webhook | Accepted) -> ChannelOccupied | ChannelVacated | None:
    """Return the event that a webhook is published as, or None."""
    channel = channels.parse(webhook.channel)
    meaning = _meaning(webhook, channel)
    if channel is None or meaning is None:
        return None
    user_id = _user_of(webhook, channel)
    if user_id is None and channel.is_presence and channel.room == GOAL:  # a stage of no goal
        return None
    return meaning(
        event_id=webhook.event_id,
        channel=channel.name,
        user_id=user_id,
        time=webhook_protocol.time_of(time_ms=webhook.time_ms, received_at=webhook.received_at),
        room=channel.room,
        subject_id=channel.subject_id,
        source=str(webhook.id),
    )


def _meaning(webhook: Webhook | Accepted, channel: Channel | None) -> Meaning | None:
    """Return the class of the event that a webhook is published as, or None.

    On a stage or in a stream, an empty channel means that the streamer has left, even if their
    `member_removed` was lost. In other presence channels only the members' events say who came or went.
    """
    if channel is None:
        return None
    if not channel.is_presence:
        return _OF_CHANNELS.get(webhook.name)
    if webhook.name == "channel_vacated" and channel.room in (GOAL, STREAM):
        return ChannelVacated
    return _OF_MEMBERS.get(webhook.name) if ids.is_valid(webhook.user_id) else None


def _user_of(webhook: Webhook | Accepted, channel: Channel) -> str | None:
    """Return who came or went; Pusher knows it only for presence channels.

    Only the streamer is ever on a stage. Of a stream that is empty now, nobody knows whether the
    streamer was in it.
    """
    if not channel.is_presence:
        return None
    if webhook.name != "channel_vacated":
        return webhook.user_id
    if channel.room == STREAM:
        return None
    return Goal.objects.filter(pk=channel.subject_id).values_list("streamer_id", flat=True).first()
