"""Messages of the protocol: reading what a client sent, and writing what it is sent. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livestream.realtime_server.options import Limits

# What ends a connection, by the range in which it tells a client whether to come back.
NO_SUCH_APP, BAD_VERSION, UNSUPPORTED_VERSION, NO_VERSION, UNAUTHORIZED = 4001, 4006, 4007, 4008, 4009
OVER_CAPACITY = 4100
RECONNECT, NO_PONG = 4200, 4201
# Of an event that was not passed on.
TOO_MANY_CLIENT_EVENTS = 4301


class ProtocolError(Exception):
    """What a client sent cannot be done. It is answered with `pusher:error`; if it `closes`, it is the last answer."""

    def __init__(self, message: str, *, code: int | None = None, closes: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.closes = message, code, closes


class SubscriptionError(Exception):
    """A subscription is refused, with the type and the status that clients get."""

    def __init__(self, channel: str, error: str, *, kind: str = "AuthError", status: int = 401) -> None:
        super().__init__(error)
        self.channel, self.error, self.kind, self.status = channel, error, kind, status


@dataclass(frozen=True, slots=True)
class Frame:
    """One message from a client. `data` is any JSON; that of `pusher:` events is an object, see `fields`."""

    event: str
    data: Any = None
    channel: str | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """Return the members of `data`; raise ProtocolError where it is no object."""
        if not isinstance(self.data, dict):
            raise ProtocolError(f"The data of {self.event} must be an object.")
        return self.data

    def text(self, name: str) -> str:
        """Return a member of `data` that must be text; raise ProtocolError where it is not."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise ProtocolError(f"{self.event} needs {name}, a string.")
        return value


def read(text: str, *, limits: Limits) -> Frame:
    """Return the message in a text frame; raises ProtocolError."""
    document = parse(text)
    if not isinstance(document, dict):
        raise ProtocolError("A message must be a JSON object.")
    event, channel = document.get("event"), document.get("channel")
    if not isinstance(event, str) or not 0 < len(event) <= limits.event_name:
        raise ProtocolError(f"A message needs an event, a string of up to {limits.event_name} characters.")
    if channel is not None and not isinstance(channel, str):
        raise ProtocolError("The channel of a message must be a string.")
    data = document.get("data")
    if event.startswith("pusher:") and isinstance(data, str):
        data = parse(data)  # some libraries encode it twice
    return Frame(event, data, channel)


def parse(text: str) -> Any:
    """Parse JSON, however malformed or deep it is; raises ProtocolError."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("A message must be valid JSON.") from error


def write(event: str, data: object, *, channel: str | None = None, user_id: str | None = None) -> str:
    """Return a message to a client; optional members are left out where they are None."""
    optional = {"channel": channel, "user_id": user_id}
    return encode(
        {"event": event, "data": data} | {name: value for name, value in optional.items() if value is not None}
    )


def write_error(message: str, *, code: int | None = None) -> str:
    """Return a `pusher:error`."""
    return write("pusher:error", {"message": message, "code": code})


def write_refusal(error: SubscriptionError) -> str:
    """Return the message that a subscription is refused."""
    said = {"type": error.kind, "error": error.error, "status": error.status}
    return write("pusher:subscription_error", encode(said), channel=error.channel)


def encode(document: object) -> str:
    """Return compact JSON, all of it ASCII; raises ProtocolError where a client has nested it too deeply.

    A number such as 1e999, which becomes infinite, is refused as well.
    """
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False)
    except RecursionError as error:
        raise ProtocolError("The data is nested too deeply.") from error
    except ValueError as error:
        raise ProtocolError("A number is too large.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def size(text: str) -> int:
    """Return how many bytes a text takes in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))
