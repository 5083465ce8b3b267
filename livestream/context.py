"""The context of a request for all layers: the id of the request and that of the calling app.

A task gets both from its outbox row. So a log line or an event names the request that caused it,
however late it happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_client_id: ContextVar[str] = ContextVar("client_id", default="")


def request_id() -> str:
    """Return the id of the request being served, or an empty text outside of one."""
    return _request_id.get()


def client_id() -> str:
    """Return the calling app's `X-Client-Id`, or an empty text where it gave none."""
    return _client_id.get()


@contextmanager
def bound(*, request_id: str, client_id: str) -> Iterator[None]:
    """Set both for the duration of the block, log lines included."""
    request_token, client_token = _request_id.set(request_id), _client_id.set(client_id)
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id, client_id=client_id):
            yield
    finally:
        _request_id.reset(request_token)
        _client_id.reset(client_token)
