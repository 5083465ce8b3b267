"""One client's side of the protocol: what each of its messages does, without any input or output."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from livestream.realtime_server import frames, names, signatures
from livestream.realtime_server.cache import LastEvents
from livestream.realtime_server.channels import Channels, Member, Observer
from livestream.realtime_server.frames import Frame, ProtocolError, SubscriptionError
from livestream.realtime_server.options import Limits, Options
from livestream.realtime_server.users import SignedIn


class Transport(Protocol):
    """The connection on which a session is held."""

    socket_id: str

    def send(self, message: str) -> None: ...

    def close(self, *, code: int, reason: str) -> None: ...


class AppState:
    """What all sessions of a server share."""

    def __init__(self, *, options: Options, observer: Observer) -> None:
        self.options = options
        self.observer = observer
        self.channels = Channels(observer=observer, limits=options.limits)
        self.users = SignedIn()
        self.last_events = LastEvents(limits=options.limits)


class ProtocolSession:
    """Answers one client's messages until its connection ends."""

    def __init__(self, *, state: AppState, transport: Transport) -> None:
        self._state = state
        self._transport = transport
        self._user_id: str | None = None
        self._subscribed: set[str] = set()
        self._client_events: deque[float] = deque(maxlen=state.options.limits.client_events)
        self._answers: dict[str, Callable[[Frame], None]] = {
            "pusher:ping": lambda frame: transport.send(frames.write("pusher:pong", {})),
            "pusher:pong": lambda frame: None,
            "pusher:signin": self._sign_in,
            "pusher:subscribe": self._subscribe,
            "pusher:unsubscribe": self._unsubscribe,
        }

    def begin(self) -> None:
        """Tell the client that it is connected."""
        timeout = int(self._limits.activity_timeout)
        said = {"socket_id": self._transport.socket_id, "activity_timeout": timeout}
        self._transport.send(frames.write("pusher:connection_established", frames.encode(said)))

    def take(self, text: str) -> None:
        """Do what a message asks for, and answer; nothing that a client sends raises an error."""
        try:
            self._take(frames.read(text, limits=self._limits))
        except SubscriptionError as error:
            self._transport.send(frames.write_refusal(error))
        except ProtocolError as error:
            self.refuse(error)

    def refuse(self, error: ProtocolError) -> None:
        """Tell the client what was wrong, and end its connection where the error says so."""
        self._transport.send(frames.write_error(error.message, code=error.code))
        if error.closes and error.code is not None:
            self._transport.close(code=error.code, reason=error.message)

    def end(self) -> None:
        """Leave everything, since the connection is gone; doing it twice changes nothing."""
        for name in list(self._subscribed):
            self._leave(name)
        if self._user_id is not None:
            self._state.users.remove(self._user_id, self._transport)
            self._user_id = None

    def _take(self, frame: Frame) -> None:
        if frame.event.startswith("client-"):
            self._pass_on(frame)
        elif answer := self._answers.get(frame.event):
            answer(frame)
        else:
            raise ProtocolError(f"This server does not know the event {frame.event}.")

    def _sign_in(self, frame: Frame) -> None:
        user_data = frame.text("user_data")
        expected = signatures.of_user(
            secret=self._state.options.secret, socket_id=self._transport.socket_id, user_data=user_data
        )
        if not signatures.is_auth(frame.fields.get("auth"), key=self._state.options.key, signature=expected):
            raise _unauthorized("The signature of the user is wrong.")
        user = frames.parse(user_data)
        user_id = user.get("id") if isinstance(user, dict) else None
        if not isinstance(user_id, str) or not 0 < len(user_id) <= self._limits.user_id:
            raise _unauthorized(f"user_data needs an id, a string of up to {self._limits.user_id} characters.")
        if self._user_id not in (None, user_id):
            raise _unauthorized("The connection is another user's already.")
        self._user_id = user_id
        self._state.users.add(user_id, self._transport)
        self._transport.send(frames.write("pusher:signin_success", {"user_data": user_data}))

    def _subscribe(self, frame: Frame) -> None:
        name = frame.text("channel")
        if not names.is_valid(name):
            raise ProtocolError("The name of a channel has up to 164 characters: letters, digits and -_=@,.;")
        if name in self._subscribed:
            raise ProtocolError(f"The connection is subscribed to {name} already.")
        if len(self._subscribed) >= self._limits.subscriptions:
            reason = f"A connection has at most {self._limits.subscriptions} subscriptions."
            raise SubscriptionError(name, reason, kind="LimitReached", status=4100)
        member = self._admit(name, frame)
        self._state.channels.subscribe(name, self._transport, member=member)
        self._subscribed.add(name)
        if names.keeps_last(name):
            self._send_last(name)

    def _admit(self, name: str, frame: Frame) -> Member | None:
        """Return the member that joins a presence channel; raises SubscriptionError where nothing lets it in."""
        owner = names.user_of(name)
        if owner is not None and owner != self._user_id:
            raise SubscriptionError(name, "Only its user hears this channel, after signing in.")
        if not names.needs_auth(name):
            return None
        channel_data = frame.fields.get("channel_data")
        if names.is_presence(name) and not isinstance(channel_data, str):
            raise SubscriptionError(name, "A presence channel needs channel_data, a string.")
        expected = signatures.of_channel(
            secret=self._state.options.secret,
            socket_id=self._transport.socket_id,
            channel=name,
            channel_data=channel_data if isinstance(channel_data, str) else None,
        )
        if not signatures.is_auth(frame.fields.get("auth"), key=self._state.options.key, signature=expected):
            raise SubscriptionError(name, "The signature of the channel is wrong.")
        return _member(name, str(channel_data), self._limits) if names.is_presence(name) else None

    def _send_last(self, name: str) -> None:
        if last := self._state.last_events.get(name):
            self._transport.send(last.message)
        else:
            self._transport.send(frames.write("pusher:cache_miss", "", channel=name))
            self._state.observer.cache_miss(name)

    def _unsubscribe(self, frame: Frame) -> None:
        name = frame.text("channel")
        if name not in self._subscribed:
            raise ProtocolError(f"The connection is not subscribed to {name[: names.LONGEST]}.")
        self._leave(name)

    def _leave(self, name: str) -> None:
        self._subscribed.discard(name)
        self._state.channels.unsubscribe(name, self._transport)

    def _pass_on(self, frame: Frame) -> None:
        """Send a client's event to the others of a channel."""
        channel = self._state.channels.get(frame.channel or "")
        if channel is None or channel.name not in self._subscribed:
            raise ProtocolError("A client event needs a channel to which its sender is subscribed.")
        if not names.needs_auth(channel.name) or names.is_encrypted(channel.name):
            raise ProtocolError("Client events are for private and presence channels that are not encrypted.")
        data = frame.data if isinstance(frame.data, str) else frames.encode(frame.data)
        if frames.size(data) > self._limits.event_data:
            raise ProtocolError(f"The data of an event has at most {self._limits.event_data} bytes.")
        if not self._may_send(time.monotonic()):
            reason = f"A connection may send {self._limits.client_events} client events a second."
            raise ProtocolError(reason, code=frames.TOO_MANY_CLIENT_EVENTS)
        sender = channel.member_of.get(self._transport.socket_id)
        message = frames.write(frame.event, data, channel=channel.name, user_id=sender)
        channel.send(message, but=self._transport.socket_id)

    def _may_send(self, now: float) -> bool:
        sent = self._client_events
        if len(sent) == sent.maxlen and now - sent[0] < 1:
            return False
        sent.append(now)
        return True

    @property
    def _limits(self) -> Limits:
        return self._state.options.limits


def _unauthorized(message: str) -> ProtocolError:
    return ProtocolError(message, code=frames.UNAUTHORIZED, closes=True)


def _member(name: str, channel_data: str, limits: Limits) -> Member:
    """Return the member that signed channel_data describes; raises SubscriptionError."""
    try:
        said = frames.parse(channel_data)
    except ProtocolError as error:
        raise SubscriptionError(name, "channel_data must be valid JSON.") from error
    user_id = said.get("user_id") if isinstance(said, dict) else None
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str) or not 0 < len(user_id) <= limits.user_id:
        raise SubscriptionError(name, f"channel_data needs a user_id of up to {limits.user_id} characters.")
    info = said.get("user_info")
    if frames.size(frames.encode(info)) > limits.user_info:
        raise SubscriptionError(
            name, f"user_info has at most {limits.user_info} bytes.", kind="LimitReached", status=4100
        )
    return Member(user_id, info)
