"""Asking the realtime server who is there, over real HTTP; whatever goes wrong, nobody waits and nothing is said."""

from __future__ import annotations

import threading
import time

import pytest

from livestream import ids, realtime
from livestream.outbound.circuit_breaker import CircuitBreaker
from notifications import provider
from notifications.provider import Unavailable
from notifications.services import stage_questions
from tests.support.ports import free_port
from tests.support.threads import in_thread
from tests.support.trickling import Trickle

GOAL, STREAMER = "a" * 24, "b" * 24
STAGE, STREAM = f"presence-enc-goal@{GOAL}", f"presence-stream@{STREAMER}"


@pytest.fixture(autouse=True)
def _closed_circuit(monkeypatch):
    monkeypatch.setattr(stage_questions, "_circuit", CircuitBreaker(failure=Unavailable))


def on_stage():
    return realtime.is_on_stage(goal_id=GOAL, user_id=STREAMER)


def in_stream():
    return realtime.is_in_stream(streamer_id=STREAMER)


@pytest.mark.parametrize(("ask", "channel"), [(on_stage, STAGE), (in_stream, STREAM)])
def test_the_server_says_who_is_there(pusher_server, ask, channel):
    assert ask() is False
    pusher_server.members[channel] = [ids.new_id()]
    assert ask() is False
    pusher_server.members[channel].append(STREAMER)
    assert ask() is True
    assert pusher_server.asked == [channel] * 3


def test_a_machine_without_a_realtime_server_cannot_say():
    assert (on_stage(), in_stream()) == (None, None)


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500, 503, None])
def test_a_server_that_refuses_or_hangs_up_cannot_say(pusher_server, status):
    pusher_server.answers = [status]
    assert on_stage() is None
    assert on_stage() is False


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"users": 3}', b'{"users": ["x"]}'])
def test_what_is_no_answer_says_nothing(pusher_server, answer):
    pusher_server.raw_answer = answer
    assert on_stage() is None


def test_a_server_that_is_gone_cannot_say(pusher_server, settings):
    settings.PUSHER_PORT = free_port()
    assert on_stage() is None


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_that_trickles_is_not_waited_for(pusher_server, settings, monkeypatch, part):
    monkeypatch.setattr(provider, "_QUERY_SECONDS", 0.3)
    with Trickle(part) as server:
        settings.PUSHER_PORT = server.server_port
        begun = time.monotonic()
        assert on_stage() is None
        assert time.monotonic() - begun < 5


def test_while_one_waits_for_a_server_that_does_not_answer_nobody_else_does(pusher_server, monkeypatch):
    monkeypatch.setattr(provider, "_QUERY_SECONDS", 0.3)
    pusher_server.delay = threading.Event()
    assert on_stage() is None
    monkeypatch.setattr(provider, "_QUERY_SECONDS", 30)
    first = in_thread(on_stage)
    while stage_questions._circuit._probe.acquire(blocking=False):
        stage_questions._circuit._probe.release()
    assert on_stage() is None  # at once: another thread is finding out
    pusher_server.delay.set()
    assert first() is False
