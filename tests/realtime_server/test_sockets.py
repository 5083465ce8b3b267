"""Connections, as clients meet them: over real sockets, politely and not."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.realtime_server.clients import PATIENCE, connected, on_a_loop, socket_to


@on_a_loop
async def test_members_hear_of_each_other(server):
    async with connected(server) as ann, connected(server) as ben, connected(server) as second_tab:
        told = await ann.join("presence-room", user_id="ann", user_info={"name": "Ann"})
        assert told == {"presence": {"ids": ["ann"], "hash": {"ann": {"name": "Ann"}}, "count": 1}}
        told = await ben.join("presence-room", user_id=7)
        assert told == {"presence": {"ids": ["ann", "7"], "hash": {"ann": {"name": "Ann"}, "7": None}, "count": 2}}
        assert await ann.hear() == ("pusher_internal:member_added", {"user_id": "7", "user_info": None})
        await second_tab.join("presence-room", user_id=7)
        await ann.expect_silence()
        await ben.socket.close()
        await ann.expect_silence()
        await second_tab.say("pusher:unsubscribe", {"channel": "presence-room"})
        assert await ann.hear() == ("pusher_internal:member_removed", {"user_id": "7"})


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/app/other?protocol=7", 4001),
        ("/app/key?protocol=seven", 4006),
        ("/app/key?protocol=3", 4007),
        ("/app/key?protocol=70", 4007),
        ("/app/key", 4008),
    ],
)
@on_a_loop
async def test_a_client_that_cannot_be_served_is_told_why(server, address, code):
    async with socket_to(server.port, address) as socket:
        assert (await socket.receive_json())["data"]["code"] == code
        await socket.receive()
        assert socket.close_code == code


@on_a_loop
async def test_what_is_wrongly_signed_is_refused_and_the_connection_goes_on(server):
    async with connected(server) as client:
        for channel in ("private-a", "presence-a", "private-encrypted-a"):
            for wrong in ({"auth": "key:00"}, {"auth": None}, {"auth": client.auth("private-other")}):
                await client.subscribe(channel, user_id="me", **wrong)
                said = await client.hear_all()
                assert (said["event"], said["channel"]) == ("pusher:subscription_error", channel)
                assert said["data"]["status"] == 401
        await client.join("private-a")


@pytest.mark.parametrize(
    "member",
    [
        {"user_id": ""},
        {"user_id": "x" * 129},
        {"user_id": True},
        {"user_id": {}},
        {"user_id": "me", "user_info": "x" * 1_023},
    ],
)
@on_a_loop
async def test_a_member_beyond_the_limits_is_refused(server, member):
    async with connected(server) as client:
        await client.subscribe("presence-a", **member)
        assert (await client.hear())[0] == "pusher:subscription_error"
        await client.join("presence-a", user_id="x" * 128, user_info="x" * 1_022)


@on_a_loop
async def test_a_full_channel_refuses_new_members_but_not_more_tabs(start):
    server = start(limits={"members": 1})
    async with connected(server) as first, connected(server) as second, connected(server) as third:
        await first.join("presence-a", user_id="ann")
        await second.join("presence-a", user_id="ann")
        await third.subscribe("presence-a", user_id="ben")
        event, data = await third.hear()
        assert (event, data["type"]) == ("pusher:subscription_error", "LimitReached")


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ä", "x" * 165, "#other"])
@on_a_loop
async def test_a_name_that_no_channel_has_is_an_error(server, name):
    async with connected(server) as client:
        await client.say("pusher:subscribe", {"channel": name})
        assert (await client.hear())[0] == "pusher:error"
        await client.join("x" * 164)


@on_a_loop
async def test_malformed_frames_are_answered_and_the_connection_goes_on(server):
    async with connected(server) as client:
        await client.socket.send_bytes(b"\x00\xff")
        for text in (
            "",
            "[",
            "1",
            "[]",
            '{"event": 1}',
            "[" * 100_000,
            '{"event": "pusher:subscribe"}',
            '{"event": "x"}',
        ):
            await client.socket.send_str(text)
        for _ in range(9):
            assert (await client.hear())[0] == "pusher:error"
        await client.expect_silence()


@on_a_loop
async def test_a_frame_that_is_too_large_ends_the_connection_and_what_it_held(start):
    server = start(limits={"message": 10_000})
    async with connected(server) as witness, connected(server) as client:
        await witness.join("presence-a", user_id="ann")
        await client.join("presence-a", user_id="ben")
        await witness.hear()
        await client.socket.send_str("x" * 10_001)
        assert await client.hear_close() == 1009
        assert await witness.hear() == ("pusher_internal:member_removed", {"user_id": "ben"})


@on_a_loop
async def test_client_events_go_to_the_others_of_a_channel_that_is_not_public(server):
    async with connected(server) as ann, connected(server) as ben:
        for client, user_id in ((ann, "ann"), (ben, "ben")):
            await client.join("presence-a", user_id=user_id)
            await client.join("public")
            await client.join("private-encrypted-a")
        await ann.hear()
        await ann.say("client-moved", {"x": 1}, channel="presence-a")
        said = await ben.hear_all()
        assert said == {"event": "client-moved", "data": {"x": 1}, "channel": "presence-a", "user_id": "ann"}
        for refused in ("public", "private-encrypted-a", "private-not-joined", None):
            await ann.say("client-moved", {}, channel=refused)
            assert (await ann.hear())[0] == "pusher:error"
        await ann.say("client-moved", "x" * 10_241, channel="presence-a")
        assert (await ann.hear())[0] == "pusher:error"
        await ann.expect_silence()
        await ben.expect_silence()


@on_a_loop
async def test_more_than_ten_client_events_a_second_are_too_many(server):
    async with connected(server) as ann, connected(server) as ben:
        for client in (ann, ben):
            await client.join("private-a")
        for _ in range(30):
            await ann.say("client-moved", {}, channel="private-a")
        assert (await ann.hear())[1]["code"] == 4301
        heard = 0
        await ben.say("pusher:ping", {})
        while (await ben.hear())[0] != "pusher:pong":
            heard += 1
        assert heard >= 10


@on_a_loop
async def test_a_user_signs_in_hears_their_own_channel_and_is_put_out(server, rest):
    async with connected(server) as client, connected(server) as stranger:
        assert (await client.sign_in("me"))[0] == "pusher:signin_success"
        await client.join("#server-to-user-me")
        await stranger.subscribe("#server-to-user-me")
        assert (await stranger.hear())[0] == "pusher:subscription_error"
        await asyncio.to_thread(rest.send_to_user, "me", "hello", {"a": 1})
        assert await client.hear() == ("hello", {"a": 1})
        await asyncio.to_thread(rest.terminate, "me")
        assert await client.hear_close() == 4009
        await stranger.expect_silence()


@pytest.mark.parametrize("wrong", [{"auth": "key:00"}, {"user_data": '{"id": "you"}'}, {"user_data": 1}])
@on_a_loop
async def test_who_signs_in_wrongly_is_disconnected_or_told(server, wrong):
    async with connected(server) as client:
        event, data = await client.sign_in("me", **wrong)
        assert event == "pusher:error"
        if data["code"]:
            assert await client.hear_close() == data["code"] == 4009


@on_a_loop
async def test_a_connection_stays_the_user_s_who_signed_in(server):
    async with connected(server) as client:
        await client.sign_in("me")
        assert (await client.sign_in("me"))[0] == "pusher:signin_success"
        assert (await client.sign_in("you"))[1]["code"] == 4009


@on_a_loop
async def test_a_silent_client_is_asked_and_then_gone(start):
    server = start(limits={"activity_timeout": 0.2, "pong_timeout": 0.2})
    async with connected(server) as witness, connected(server) as silent:
        await witness.join("presence-a", user_id="ann")
        await silent.join("presence-a", user_id="ben")
        assert (await silent.hear())[0] == "pusher:ping"
        async with asyncio.timeout(PATIENCE):
            while (said := await witness.hear())[0] != "pusher_internal:member_removed":
                if said[0] == "pusher:ping":
                    await witness.say("pusher:pong", {})
        assert said[1] == {"user_id": "ben"}
        assert await silent.hear_close() == 4201


@on_a_loop
async def test_a_client_that_does_not_read_is_disconnected(start, rest_of):
    server = start(limits={"unread": 20})
    rest = rest_of(server)
    async with socket_to(server.port, max_msg_size=0) as socket, connected(server) as witness:
        established = await socket.receive_json()
        assert json.loads(established["data"])["activity_timeout"] == 120
        await socket.send_json({"event": "pusher:subscribe", "data": {"channel": "deaf"}})
        await socket.receive()
        transport = socket._response.connection.transport
        transport.pause_reading()

        async def flood():
            while (await asyncio.to_thread(rest.channel_info, "deaf"))["occupied"]:
                await asyncio.to_thread(
                    rest.trigger_batch, [{"channel": "deaf", "name": "n", "data": "x" * 9_000}] * 10
                )

        await asyncio.wait_for(flood(), timeout=60)
        transport.resume_reading()  # a paused client does not see that the server closed, and waits in its own close
        await witness.expect_silence()


@on_a_loop
async def test_one_connection_too_many_is_told_to_come_back(start):
    server = start(limits={"connections": 1})
    async with connected(server), socket_to(server.port) as socket:
        assert (await socket.receive_json())["data"]["code"] == 4100


@on_a_loop
async def test_a_cache_channel_tells_its_last_event_or_that_there_is_none(server, rest):
    async with connected(server) as first, connected(server) as late:
        await first.join("cache-a")
        assert (await first.hear_all())["event"] == "pusher:cache_miss"
        await asyncio.to_thread(rest.trigger, "cache-a", "moved", {"x": 1})
        assert await first.hear() == ("moved", {"x": 1})
        await late.join("cache-a")
        assert await late.hear() == ("moved", {"x": 1})
