"""An analytics address that hangs does not take the workers from the money."""

import time

import pytest
import requests

from livestream.analytics import sinks
from livestream.analytics.sinks import post
from livestream.outbound.circuit_breaker import CircuitBreaker
from tests.support.threads import at_once
from tests.support.trickling import Trickle


@pytest.fixture(autouse=True)
def closed_circuit(monkeypatch):
    """Each test has a circuit breaker of its own and a shorter timeout than five seconds."""
    monkeypatch.setattr(sinks, "_circuit_breaker", CircuitBreaker(failure=requests.RequestException))
    monkeypatch.setattr(sinks, "_TIMEOUT_SECONDS", 2.0)


def test_while_it_hangs_one_call_waits_for_it_and_not_every_worker():
    with Trickle("headers") as server:
        begun = time.monotonic()
        with pytest.raises(requests.Timeout):
            post(url=server.url, record={})
        assert time.monotonic() - begun < 7
        told = at_once(*[lambda: post(url=server.url, record={})] * 6)
    assert sorted({type(each).__name__ for each in told}) == ["CircuitOpen", "Timeout"]


def test_a_body_without_end_is_not_waited_for():
    with Trickle("body") as server:
        post(url=server.url, record={})
