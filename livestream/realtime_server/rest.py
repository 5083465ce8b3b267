"""The HTTP API: signed requests of the app's own servers, answered as Pusher Channels answers them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from livestream.realtime_server import frames, names, signatures
from livestream.realtime_server.protocol import AppState
from livestream.realtime_server.publishing import COUNTS, Refused, publish, read_batch, read_event, read_info

_PRESENCE_ONLY = "user_count"
_ATTRIBUTES = COUNTS | {"cache"}
_USER_ID = re.compile(r"[^/\s]{1,128}")
Answer = dict[str, Any]


class RestApi:
    """The handlers, and the check of the signature in front of them."""

    def __init__(self, *, state: AppState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses of the API."""
        app = "/apps/{app_id}"
        return [
            web.post(f"{app}/events", self._signed(self._events)),
            web.post(f"{app}/batch_events", self._signed(self._batch_events)),
            web.get(f"{app}/channels", self._signed(self._channels)),
            web.get(f"{app}/channels/{{channel}}", self._signed(self._channel)),
            web.get(f"{app}/channels/{{channel}}/users", self._signed(self._users)),
            web.post(f"{app}/users/{{user_id}}/terminate_connections", self._signed(self._terminate)),
        ]

    def _signed(
        self, handler: Callable[[web.Request, bytes], Answer]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def checked(request: web.Request) -> web.Response:
            body = await request.read()
            try:
                self._check(request, body)
                return web.json_response(handler(request, body))
            except Refused as refused:
                return web.Response(status=refused.status, text=f"{refused}\n")

        return checked

    def _check(self, request: web.Request, body: bytes) -> None:
        options = self._state.options
        if request.match_info["app_id"] != options.app_id:
            raise Refused(404, "There is no app with this id.")
        sent = urlsplit(request.raw_path)
        try:
            signatures.check_request(
                key=options.key,
                secret=options.secret,
                method=request.method,
                paths=(sent.path, request.path),
                query=dict(parse_qsl(sent.query, keep_blank_values=True)),
                body=body,
                now=time.time(),
            )
        except signatures.WrongSignature as error:
            raise Refused(401, f"Not authorized: {error}.") from error

    def _events(self, request: web.Request, body: bytes) -> Answer:
        event = read_event(_document(body), limits=self._state.options.limits)
        publish(event, state=self._state)
        if not event.info:
            return {}
        return {"channels": {name: self._attributes(name, event.info) for name in event.channels}}

    def _batch_events(self, request: web.Request, body: bytes) -> Answer:
        events = read_batch(_document(body), limits=self._state.options.limits)
        for event in events:
            publish(event, state=self._state)
        if not any(event.info for event in events):
            return {}
        return {"batch": [self._attributes(event.channels[0], event.info) for event in events]}

    def _channels(self, request: web.Request, body: bytes) -> Answer:
        prefix, info = request.query.get("filter_by_prefix", ""), _info(request.query)
        if _PRESENCE_ONLY in info and not names.is_presence(prefix):
            raise Refused(400, "user_count is for presence channels: filter_by_prefix must begin with presence-.")
        found = [each.name for each in self._state.channels if each.name.startswith(prefix)]
        return {"channels": {name: self._attributes(name, info) for name in found}}

    def _channel(self, request: web.Request, body: bytes) -> Answer:
        name, info = _channel_name(request), _info(request.query)
        if _PRESENCE_ONLY in info and not names.is_presence(name):
            raise Refused(400, "user_count is for presence channels.")
        if "cache" in info and not names.keeps_last(name):
            raise Refused(400, "cache is for cache channels.")
        return {"occupied": self._state.channels.get(name) is not None} | self._attributes(name, info)

    def _users(self, request: web.Request, body: bytes) -> Answer:
        name = _channel_name(request)
        if not names.is_presence(name):
            raise Refused(400, "Only presence channels have users.")
        channel = self._state.channels.get(name)
        return {"users": [{"id": user_id} for user_id in channel.members] if channel else []}

    def _terminate(self, request: web.Request, body: bytes) -> Answer:
        user_id = request.match_info["user_id"]
        if not _USER_ID.fullmatch(user_id):
            raise Refused(400, "The id of the user is not valid.")
        reason = "The app has ended the connections of this user."
        self._state.users.terminate(user_id, code=frames.UNAUTHORIZED, reason=reason)
        return {}

    def _attributes(self, name: str, info: frozenset[str]) -> Answer:
        """Return those attributes of a channel that were asked for and that it has."""
        known: Answer = dict(self._state.channels.counts(name))
        if names.keeps_last(name):
            last = self._state.last_events.get(name)
            known["cache"] = {"data": last.data, "ttl": last.ttl} if last else None
        return {attribute: value for attribute, value in known.items() if attribute in info}


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The body must be JSON.") from error
    if not isinstance(document, dict):
        raise Refused(400, "The body must be a JSON object.")
    return document


def _info(query: Mapping[str, str]) -> frozenset[str]:
    return read_info(query.get("info"), known=_ATTRIBUTES)


def _channel_name(request: web.Request) -> str:
    name = request.match_info["channel"]
    if not names.is_valid(name):
        raise Refused(400, "The name of the channel is not valid.")
    return name
