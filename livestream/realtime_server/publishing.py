"""Events that the app's servers send: reading them from a request, and passing them to subscribers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livestream.realtime_server import frames, names
from livestream.realtime_server.options import Limits
from livestream.realtime_server.protocol import AppState

_SOCKET_ID = re.compile(r"\d{1,32}\.\d{1,32}")
COUNTS = frozenset({"user_count", "subscription_count"})
"""The attributes of a channel that every request may ask for."""


class Refused(Exception):
    """A request is not carried out; `status` is that of the answer, the text says why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `data` is text, usually JSON; the connection `socket_id` does not hear it."""

    name: str
    channels: tuple[str, ...]
    data: str
    socket_id: str | None = None
    info: frozenset[str] = frozenset()


def read_event(document: Mapping[str, Any], *, limits: Limits) -> Event:
    """Return the event of a request; raises Refused."""
    listed = document.get("channels", document.get("channel"))
    channels = [listed] if isinstance(listed, str) else listed
    if not isinstance(channels, list) or not channels:
        raise Refused(400, "An event needs channels, a list of names.")
    if len(channels) > limits.channels:
        raise Refused(400, f"An event goes to at most {limits.channels} channels.")
    if len(channels) > 1 and any(isinstance(each, str) and names.is_encrypted(each) for each in channels):
        raise Refused(400, "An event for an encrypted channel goes to no other channel.")
    return _event(document, channels, limits)


def read_batch(document: Mapping[str, Any], *, limits: Limits) -> list[Event]:
    """Return the events of a request that has several; raises Refused if any of them is wrong."""
    batch = document.get("batch")
    if not isinstance(batch, list) or not all(isinstance(each, dict) for each in batch):
        raise Refused(400, "A batch is a list of events.")
    if not 0 < len(batch) <= limits.batch:
        raise Refused(400, f"A batch has 1 to {limits.batch} events.")
    return [_event(each, [each.get("channel")], limits) for each in batch]


def read_info(asked: Any, *, known: frozenset[str]) -> frozenset[str]:
    """Return the attributes of channels that a request asks for with `info`; raises Refused."""
    attributes = frozenset(filter(None, asked.split(","))) if isinstance(asked, str) else frozenset()
    if attributes - known or not (asked is None or isinstance(asked, str)):
        raise Refused(400, f"info may ask for {', '.join(sorted(known))}.")
    return attributes


def publish(event: Event, *, state: AppState) -> None:
    """Send an event to the subscribers of its channels."""
    for name in event.channels:
        message = frames.write(event.name, event.data, channel=name)
        if names.keeps_last(name):
            state.last_events.keep(name, message=message, data=event.data)
        if channel := state.channels.get(name):
            channel.send(message, but=event.socket_id)


def _event(document: Mapping[str, Any], channels: list[Any], limits: Limits) -> Event:
    name, data, socket_id = document.get("name"), document.get("data"), document.get("socket_id")
    if not isinstance(name, str) or not 0 < len(name) <= limits.event_name:
        raise Refused(400, f"An event needs a name of up to {limits.event_name} characters.")
    if wrong := [each for each in channels if not (isinstance(each, str) and names.is_valid(each))]:
        raise Refused(400, f"The name of the channel is not valid: {str(wrong[0])[:200]}")
    if not isinstance(data, str):
        raise Refused(400, "An event needs data, a string.")
    if frames.size(data) > limits.event_data:
        raise Refused(413, f"The data of an event has at most {limits.event_data} bytes.")
    if socket_id is not None and not (isinstance(socket_id, str) and _SOCKET_ID.fullmatch(socket_id)):
        raise Refused(400, "The socket_id is not valid.")
    return Event(name, tuple(dict.fromkeys(channels)), data, socket_id, read_info(document.get("info"), known=COUNTS))
