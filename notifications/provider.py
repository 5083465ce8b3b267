"""The provider that sends pushes to clients: Pusher Channels, or locally none but the log.

The only module that calls the `pusher` package, and where its surprises are dealt with: it
measures text in memory rather than bytes, changes the batches it is given, raises errors of
the HTTP library, and never retries. It builds and signs each request; `pusher_backend` sends it.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pusher
import requests
import structlog
import urllib3
from django.conf import settings
from pusher import errors
from pusher.http import POST, Request

from notifications.pusher_backend import DeadlineBackend, PooledBackend

log = structlog.get_logger(__name__)

LARGEST_BATCH = 10
# How many calls of one crowd may be under way. At the distance of a cloud a call is mostly waiting.
CALLS_AT_A_TIME = 16
_TIMEOUT_SECONDS = 5
# A query delays the end of a performance, so it has a shorter timeout.
_QUERY_SECONDS = 2
_making_client = threading.Lock()
# `trigger` refuses text that takes more memory than this, whatever its bytes.
_LIBRARY_LIMIT = 30_720
# The statuses of a server that does not support the call.
_NOT_OFFERED = ("404", "405", "501")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event as it travels: `data` is encoded JSON."""

    channels: tuple[str, ...]
    event: str
    data: str


class Refused(Exception):
    """The request is wrong, and would be refused again."""


class Unavailable(Exception):
    """The provider cannot be reached or does not serve us; later it may."""


class Provider(Protocol):
    """Sends one call's worth of events, and ends connections; raises Refused or Unavailable."""

    name: str
    # Whether pushes to one viewer, with tokens, are kept as well: only where nothing leaves this machine.
    keeps_pushes_to_viewers: bool

    def send(self, outgoing: Sequence[Outgoing]) -> None: ...

    def end_connections(self, *, user_id: str) -> None:
        """Close all connections on which the user has signed in; a client may connect again."""
        ...


class LocalProvider:
    """Sends nothing: the pushes stay in their table, where admin shows them."""

    name = "local"
    keeps_pushes_to_viewers = True

    def send(self, outgoing: Sequence[Outgoing]) -> None:
        for each in outgoing:
            log.debug("push", push=each.event, channels=each.channels, data=each.data)

    def end_connections(self, *, user_id: str) -> None:
        log.info("connections_ended", user_id=user_id)


class PusherProvider:
    """Pusher Channels, or a server that speaks its protocol at PUSHER_HOST."""

    name = "pusher"

    def __init__(self) -> None:
        self.keeps_pushes_to_viewers = bool(settings.REALTIME_SERVER)

    def send(self, outgoing: Sequence[Outgoing]) -> None:
        """Send everything in one call where that is possible.

        A single event for many channels is a `trigger`, everything else a `trigger_batch`,
        where each channel of an event counts as one of ten.
        """
        if len(outgoing) == 1 and _fits_trigger(outgoing[0]):
            one = outgoing[0]
            self._call("trigger", list(one.channels), one.event, one.data)
            return
        for batch in _batches(outgoing):
            self._call("trigger_batch", batch, already_encoded=True)

    def end_connections(self, *, user_id: str) -> None:
        """Close them; also raises Refused if a server of the same protocol does not support it."""
        # The package's own method omits the app from the path.
        path = f"/apps/{settings.PUSHER_APP_ID}/users/{user_id}/terminate_connections"
        sender = client()._pusher_client
        try:
            _call(sender.http, "send_request", Request(sender, POST, path, {}))
        except Unavailable as error:
            if str(error).startswith(_NOT_OFFERED):
                raise Refused(str(error)) from error
            raise

    def _call(self, method: str, *args: Any, **kwargs: Any) -> None:
        answer = _call(client(), method, *args, **kwargs)
        if isinstance(answer, dict) and answer.get("error"):
            raise Unavailable(str(answer["error"]))


def _call(pusher_client: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    """Call the package, and convert its errors into Refused or Unavailable."""
    try:
        return getattr(pusher_client, method)(*args, **kwargs)
    except errors.PusherBadRequest as error:
        raise Refused(f"400: {error}") from error
    except errors.PusherBadStatus as error:
        kind = Refused if str(error).startswith("413") else Unavailable
        raise kind(str(error)) from error
    except (errors.PusherError, urllib3.exceptions.HTTPError, requests.RequestException) as error:
        raise Unavailable(repr(error)) from error
    except ValueError as error:
        # Either the package refused its arguments, or the answer (not JSON) was not from Pusher.
        kind = Unavailable if hasattr(error, "doc") else Refused
        raise kind(repr(error)) from error


def members_of(*, channel: str) -> frozenset[str]:
    """Ask the server which users are in a presence channel; raises Refused or Unavailable within two seconds."""
    answer = _call(_query_client(), "users_info", channel)
    users = answer.get("users") if isinstance(answer, dict) else None
    if not isinstance(users, list) or not all(isinstance(each, dict) for each in users):
        raise Unavailable(f"It answered {str(answer)[:200]}.")
    return frozenset(str(each.get("id")) for each in users)


def get_provider() -> Provider:
    """Return the provider that PUSHER_PROVIDER names."""
    return PusherProvider() if settings.PUSHER_PROVIDER == "pusher" else LocalProvider()


def sign_channel(*, channel: str, socket_id: str, member: dict[str, Any] | None) -> dict[str, Any]:
    """Return the package's authorization of one connection for a channel, `{auth, channel_data?}`."""
    signed: dict[str, Any] = client().authenticate(channel, socket_id, member)
    return signed


def can_be_asked() -> bool:
    """Return whether there is a server that can be asked who is in a channel."""
    return isinstance(get_provider(), PusherProvider)


def sign_user(*, user_id: str, socket_id: str) -> dict[str, Any]:
    """Return the package's authentication of one connection as the user's, `{auth, user_data}`."""
    # Other members of a channel may see this, so it contains only the id.
    signed: dict[str, Any] = client().authenticate_user(socket_id, {"id": user_id})
    return signed


def can_sign() -> bool:
    """Return whether there are credentials to sign with."""
    return bool(settings.PUSHER_APP_ID and settings.PUSHER_KEY and settings.PUSHER_SECRET)


def client() -> pusher.Pusher:
    """Return this process's client, which keeps its connections open."""
    # Threads that start at the same time must not make one each: every client has a pool of its own.
    with _making_client:
        return _client(os.getpid(), timeout=_TIMEOUT_SECONDS, backend=PooledBackend, **_credentials())


def _query_client() -> pusher.Pusher:
    with _making_client:
        return _client(os.getpid(), timeout=_QUERY_SECONDS, backend=DeadlineBackend, **_credentials())


def _credentials() -> dict[str, Any]:
    return {
        "app_id": settings.PUSHER_APP_ID,
        "key": settings.PUSHER_KEY,
        "secret": settings.PUSHER_SECRET,
        "ssl": settings.PUSHER_SSL,
        "host": settings.PUSHER_HOST or None,
        "port": settings.PUSHER_PORT,
        "cluster": settings.PUSHER_CLUSTER or None,
    }


@functools.lru_cache(maxsize=4)
def _client(_pid: int, **options: Any) -> pusher.Pusher:
    return pusher.Pusher(**options)


def _fits_trigger(one: Outgoing) -> bool:
    return sys.getsizeof(one.data) <= _LIBRARY_LIMIT


def _batches(outgoing: Sequence[Outgoing]) -> Iterator[list[dict[str, str]]]:
    entries = [
        {"channel": channel, "name": each.event, "data": each.data} for each in outgoing for channel in each.channels
    ]
    for start in range(0, len(entries), LARGEST_BATCH):
        yield entries[start : start + LARGEST_BATCH]
