"""The HTTP API, asked by the `pusher` package; and what it refuses."""

from __future__ import annotations

import asyncio
import hashlib
import time

import pusher
import pytest
import requests
from pusher.http import GET, POST

from livestream.realtime_server import signatures
from tests.realtime_server.clients import connected, on_a_loop
from tests.realtime_server.rest import Rest


@on_a_loop
async def test_the_package_sends_and_asks(server, rest):
    async with connected(server) as ann, connected(server) as ben:
        await ann.join("presence-a", user_id="ann")
        await ben.join("presence-a", user_id="ben")
        await ben.join("public")
        await ann.hear()

        def ask():
            assert rest.trigger(["presence-a", "public", "empty"], "moved", {"x": 1}, ben.socket_id) == {}
            assert rest.trigger_batch([{"channel": "public", "name": "last", "data": "{}"}] * 2) == {}
            assert rest.users_info("presence-a") == {"users": [{"id": "ann"}, {"id": "ben"}]}
            assert rest.users_info("presence-empty") == {"users": []}
            assert rest.channels_info() == {"channels": {"presence-a": {}, "public": {}}}
            assert rest.channels_info("presence-", ["user_count"]) == {"channels": {"presence-a": {"user_count": 2}}}
            counts = {"occupied": True, "user_count": 2, "subscription_count": 2}
            assert rest.channel_info("presence-a", ["user_count", "subscription_count"]) == counts
            assert rest.channel_info("nobody") == {"occupied": False}
            told = rest.post(
                "/apps/7/events", event() | {"channels": ["public", "empty"], "info": "subscription_count"}
            )
            assert told == {"channels": {"public": {"subscription_count": 1}, "empty": {"subscription_count": 0}}}

        await asyncio.to_thread(ask)
        assert await ann.hear() == ("moved", {"x": 1})
        assert [(await ben.hear())[0] for _ in range(3)] == ["last", "last", "moved"]


def event(**members):
    return {"name": "moved", "channel": "a", "data": "{}"} | members


WRONG_EVENTS = [
    ({}, 400),
    ({"batch": []}, 400),
    (event(name=""), 400),
    (event(name="x" * 201), 400),
    (event(name=1), 400),
    (event(data=None), 400),
    (event(data={"x": 1}), 400),
    (event(data="x" * 10_241), 413),
    (event(data="é" * 5_121), 413),
    (event(channel="a:b"), 400),
    (event(channel="x" * 165), 400),
    (event(channels=[]), 400),
    (event(channels=[1]), 400),
    (event(channels=["a"] * 101), 400),
    (event(channels=["a", "private-encrypted-a"]), 400),
    (event(socket_id="me"), 400),
    (event(info="secret"), 400),
    (event(info=1), 400),
]


@pytest.mark.parametrize(("wrong", "status"), WRONG_EVENTS)
def test_an_event_that_is_wrong_is_refused_with_a_reason(rest, wrong, status):
    answer = rest.status(POST, "/apps/7/events", wrong)
    assert answer[0] == status
    assert len(answer[1]) > 10
    assert rest.status(POST, "/apps/7/events", event(data="x" * 10_240))[0] == 200


@pytest.mark.parametrize(
    "batch", [None, [], "text", [event()] * 11, ["text"], [event(), event(data=1)], [event(channel=["a"])]]
)
def test_a_batch_that_is_wrong_is_refused_whole(rest, batch):
    assert rest.status(POST, "/apps/7/batch_events", {"batch": batch})[0] == 400


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("channels", {"info": "user_count"}),
        ("channels", {"info": "secret"}),
        ("channels/public", {"info": "user_count"}),
        ("channels/public", {"info": "cache"}),
        ("channels/public/users", {}),
        ("channels/a:b", {}),
    ],
)
def test_a_question_that_has_no_answer_is_refused(rest, path, params):
    assert rest.status(GET, f"/apps/7/{path}", params)[0] == 400


def test_the_last_event_of_a_cache_channel_can_be_asked_for(rest):
    rest.trigger("cache-a", "moved", "text")
    told = rest.channel_info("cache-a", ["cache"])
    assert told["cache"]["data"] == "text"
    assert 1_700 < told["cache"]["ttl"] <= 1_800


def test_who_may_not_ask_is_refused(server, rest):
    with pytest.raises(pusher.errors.PusherBadAuth):
        Rest(server, secret="wrong").trigger("a", "moved", {})
    assert rest.status(POST, "/apps/8/events", event())[0] == 404
    assert rest.status(POST, "/apps/7/nothing", event())[0] == 404
    address = f"http://127.0.0.1:{server.port}/apps/7/channels"
    assert requests.get(address, timeout=20).status_code == 401
    assert requests.post(f"{address[:-8]}events", data=b"x" * 3_000_000, timeout=20).status_code == 413


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"\xff", b"[" * 100_000])
def test_a_signed_body_that_is_no_object_is_refused(server, body):
    query = {"auth_key": "key", "auth_version": "1.0", "auth_timestamp": str(int(time.time()))}
    query["body_md5"] = hashlib.md5(body).hexdigest()  # noqa: S324 - as the protocol has it
    path = "/apps/7/events"
    query["auth_signature"] = signatures.of_request(secret="secret", method="POST", path=path, query=query)
    answer = requests.post(f"http://127.0.0.1:{server.port}{path}", params=query, data=body, timeout=20)
    assert answer.status_code == 400
