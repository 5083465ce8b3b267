"""Signing connections in, and authorizing channels (spec sections 4 and 10, promise 4)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from goals import selectors as goals
from livestream.errors import NotFound
from livestream.models import User
from livestream.users import is_blocked
from notifications import channels, provider
from notifications.channels import Channel
from notifications.errors import ChannelNotAllowed, InvalidSocketId, SigningUnavailable
from sessions_app.services import presence

# Pusher takes 1 KB of a member, and the package escapes each letter with up to twelve bytes.
_LONGEST_NAME = 60
_SOCKET_ID = re.compile(r"[0-9]{1,32}\.[0-9]{1,32}")


def authorize_connection(*, user: User, socket_id: str, channel_name: str, now: datetime) -> dict[str, Any]:
    """Return the signature that lets the user's connection join a channel.

    It is `{auth}`, and for a presence channel also `channel_data`: the user's id and public name, which
    the other members see. A streamer's call stops the countdown of their session.
    Raises InvalidSocketId, ChannelNotAllowed, SigningUnavailable.
    """
    _refuse_bad_socket(socket_id)
    channel = allowed_channel(user_id=user.pk, channel_name=channel_name)
    _refuse_without_keys()
    presence.sign_of_life(streamer_id=user.pk, now=now)
    member = _member(user) if channel.is_presence else None
    return provider.sign_channel(channel=channel.name, socket_id=socket_id, member=member)


def authenticate_connection(*, user_id: str, socket_id: str) -> dict[str, Any]:
    """Return the signature with which a connection signs in as the user, `{auth, user_data}`.

    Signed-in connections can be closed when the user loses access. Raises InvalidSocketId, SigningUnavailable.
    """
    _refuse_bad_socket(socket_id)
    _refuse_without_keys()
    return provider.sign_user(user_id=user_id, socket_id=socket_id)


def allowed_channel(*, user_id: str, channel_name: str) -> Channel:
    """Return the channel if the user may hear it; raises ChannelNotAllowed.

    A channel that is unknown, or of a goal that is, is refused in the same words as one that
    is somebody else's: nobody learns what exists.
    """
    channel = channels.parse(channel_name)
    if channel is None or not _RULES[channel.room](user_id, channel):
        raise ChannelNotAllowed
    return channel


def _member(user: User) -> dict[str, Any]:
    """Return what the members of a presence channel see of each other: what everybody may know of a user."""
    return {"user_id": user.pk, "user_info": {"name": user.public_name[:_LONGEST_NAME]}}


def _refuse_bad_socket(socket_id: str) -> None:
    if not _SOCKET_ID.fullmatch(socket_id):
        raise InvalidSocketId


def _refuse_without_keys() -> None:
    if not provider.can_sign():
        raise SigningUnavailable


def _is_oneself(user_id: str, channel: Channel) -> bool:
    return channel.subject_id == user_id


def _is_welcome(user_id: str, channel: Channel) -> bool:
    return not is_blocked(user_id=user_id, streamer_id=channel.subject_id)


def _performs(user_id: str, channel: Channel) -> bool:
    """Only the performer is a counted member: presence on a goal's channel is money."""
    try:
        return goals.get_goal(goal_id=channel.subject_id).streamer_id == user_id
    except NotFound:
        return False


def _is_that_viewer(user_id: str, channel: Channel) -> bool:
    return channel.viewer_id == user_id


_RULES = {
    channels.USER: _is_oneself,
    channels.STREAM: _is_welcome,
    channels.GOAL: _performs,
    channels.VIEWER: _is_that_viewer,
}
