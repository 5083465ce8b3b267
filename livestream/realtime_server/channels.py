"""Who is subscribed to which channel, and who is a member: the state of a server, without any input or output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from livestream.realtime_server import frames, names
from livestream.realtime_server.frames import SubscriptionError
from livestream.realtime_server.options import Limits


class Subscriber(Protocol):
    """A connection, as a channel sees it."""

    socket_id: str

    def send(self, message: str) -> None: ...


class Observer(Protocol):
    """Is told when channels and members come and go, which the webhooks report."""

    def channel_occupied(self, channel: str) -> None: ...

    def channel_vacated(self, channel: str) -> None: ...

    def member_added(self, channel: str, user_id: str) -> None: ...

    def member_removed(self, channel: str, user_id: str) -> None: ...

    def cache_miss(self, channel: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Member:
    """A user of a presence channel; `info` is what the app says about them, any JSON."""

    user_id: str
    info: Any = None


@dataclass(slots=True)
class Channel:
    """One occupied channel. A user is a member once, however many connections they have."""

    name: str
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    member_of: dict[str, str] = field(default_factory=dict)
    """The user of each connection."""

    def send(self, message: str, *, but: str | None = None) -> None:
        """Send to all subscribers, but not to the connection `but`."""
        for socket_id, subscriber in list(self.subscribers.items()):
            if socket_id != but:
                subscriber.send(message)

    def presence(self) -> dict[str, Any]:
        """Return what a new subscriber is told about the members."""
        people = {user_id: member.info for user_id, member in self.members.items()}
        return {"presence": {"ids": list(people), "hash": people, "count": len(people)}}


class Channels:
    """All occupied channels. Channels begin with their first subscriber and end with their last."""

    def __init__(self, *, observer: Observer, limits: Limits) -> None:
        self._observer = observer
        self._limits = limits
        self._by_name: dict[str, Channel] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(list(self._by_name.values()))

    def get(self, name: str) -> Channel | None:
        """Return an occupied channel."""
        return self._by_name.get(name)

    def user_of(self, name: str, socket_id: str) -> str | None:
        """Return as whom a connection is in a presence channel."""
        channel = self._by_name.get(name)
        return channel.member_of.get(socket_id) if channel else None

    def subscribe(self, name: str, subscriber: Subscriber, *, member: Member | None = None) -> None:
        """Add a subscriber and their member, and notify both the subscriber and the others.

        Raises SubscriptionError where a presence channel is full.
        """
        channel = self._by_name.get(name) or Channel(name)
        is_new = member is not None and member.user_id not in channel.members
        if is_new and len(channel.members) >= self._limits.members:
            reason = f"A presence channel has at most {self._limits.members} members."
            raise SubscriptionError(name, reason, kind="LimitReached", status=4100)
        if not channel.subscribers:
            self._by_name[name] = channel
            self._observer.channel_occupied(name)
        channel.subscribers[subscriber.socket_id] = subscriber
        if member is not None:
            channel.member_of[subscriber.socket_id] = member.user_id
            channel.members.setdefault(member.user_id, member)
        told = channel.presence() if member is not None else {}
        subscriber.send(frames.write("pusher_internal:subscription_succeeded", frames.encode(told), channel=name))
        if is_new and member is not None:
            self._tell_members(
                channel, "member_added", {"user_id": member.user_id, "user_info": member.info}, subscriber
            )
            self._observer.member_added(name, member.user_id)

    def unsubscribe(self, name: str, subscriber: Subscriber) -> None:
        """Remove a subscriber, and their member with their last connection."""
        channel = self._by_name.get(name)
        if channel is None or channel.subscribers.pop(subscriber.socket_id, None) is None:
            return
        user_id = channel.member_of.pop(subscriber.socket_id, None)
        if user_id is not None and user_id not in channel.member_of.values():
            del channel.members[user_id]
            self._tell_members(channel, "member_removed", {"user_id": user_id}, subscriber)
            self._observer.member_removed(name, user_id)
        if not channel.subscribers:
            del self._by_name[name]
            self._observer.channel_vacated(name)

    def counts(self, name: str) -> dict[str, int]:
        """Return `subscription_count`, and `user_count` of a presence channel."""
        channel = self._by_name.get(name) or Channel(name)
        users = {"user_count": len(channel.members)} if names.is_presence(name) else {}
        return users | {"subscription_count": len(channel.subscribers)}

    def _tell_members(self, channel: Channel, event: str, said: dict[str, Any], subscriber: Subscriber) -> None:
        message = frames.write(f"pusher_internal:{event}", frames.encode(said), channel=channel.name)
        channel.send(message, but=subscriber.socket_id)
