"""Realtime servers on free ports, and receivers of their webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from livestream.realtime_server.options import Limits, Options
from livestream.realtime_server.server import RealtimeServer
from tests.realtime_server.receiver import Receiver
from tests.realtime_server.rest import Rest

Start = Callable[..., RealtimeServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a server with these options and limits; it stops with the test."""
    with ExitStack() as servers:

        def started(*, limits: dict[str, Any] | None = None, **options: Any) -> RealtimeServer:
            chosen = Options(app_id="7", key="key", secret="secret", limits=Limits(**limits or {}), **options)
            return servers.enter_context(RealtimeServer(chosen))

        yield started


@pytest.fixture
def server(start: Start) -> RealtimeServer:
    """A server that reports to nobody."""
    return start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server that takes webhooks."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def rest_of() -> Callable[[RealtimeServer], Rest]:
    """The `pusher` package as the client of a server."""
    return Rest


@pytest.fixture
def rest(server: RealtimeServer) -> Rest:
    """The same of the one server of a test."""
    return Rest(server)
