"""BytePlus in tests: a server in its place, to which the service is configured to send."""

from collections.abc import Iterator
from typing import Any

import pytest

from livestream.outbound.circuit_breaker import CircuitBreaker
from sessions_app.rtc import byteplus
from sessions_app.rtc.contract import Unavailable
from tests.support.byteplus_server import BytePlusServer

# Long enough for a server on a busy machine, and short enough to be waited for.
TIMEOUT_SECONDS = 1.0


@pytest.fixture
def byteplus_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[BytePlusServer]:
    """A real HTTP server in BytePlus' place, and a circuit breaker that no earlier test has tripped."""
    monkeypatch.setattr(byteplus, "_circuit_breaker", CircuitBreaker(failure=Unavailable))
    with BytePlusServer() as server:
        settings.RTC_PROVIDER = "byteplus"
        settings.BYTEPLUS_APP_ID = server.app_id
        settings.BYTEPLUS_ACCESS_KEY, settings.BYTEPLUS_SECRET_KEY = server.access_key, server.secret_key
        settings.BYTEPLUS_HOST, settings.BYTEPLUS_SSL = server.host, False
        settings.BYTEPLUS_TIMEOUT = TIMEOUT_SECONDS
        settings.BYTEPLUS_RECORD_STORAGE = {"Type": 0, "TosConfig": {"AccountId": "7", "Region": 0, "Bucket": "shows"}}
        yield server
