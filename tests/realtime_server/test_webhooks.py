"""Webhooks: signed, in order, again until they are taken; leaves held back and events gathered where that is wanted."""

from __future__ import annotations

import asyncio
import threading

from tests.realtime_server.clients import connected, on_a_loop

CAME = [("channel_occupied", "presence-a"), ("member_added", "presence-a", "ann")]
LEFT = [("member_removed", "presence-a", "ann"), ("channel_vacated", "presence-a")]


@on_a_loop
async def test_comings_and_goings_are_reported_in_order(start, receiver):
    server = start(webhook_url=receiver.url)
    async with connected(server) as ann, connected(server) as second_tab:
        await ann.join("presence-a", user_id="ann")
        await second_tab.join("presence-a", user_id="ann")
        await second_tab.join("private-b")
    await asyncio.to_thread(receiver.wait, events=6)
    assert receiver.events[:3] == [*CAME, ("channel_occupied", "private-b")]
    assert sorted(receiver.events[3:]) == sorted([*LEFT, ("channel_vacated", "private-b")])
    times = [webhook["time_ms"] for webhook in receiver.webhooks]
    assert times == sorted(times)


@on_a_loop
async def test_what_is_not_taken_is_sent_again_and_nothing_overtakes_it(start, receiver):
    receiver.answers = [500, None, 401, 302, 200, 503]
    server = start(webhook_url=receiver.url)
    async with connected(server) as ann:
        await ann.join("presence-a", user_id="ann")
    await asyncio.to_thread(receiver.wait_for, [*CAME, *LEFT])
    assert receiver.tried == 9


@on_a_loop
async def test_who_is_back_in_time_was_never_away(start, receiver):
    server = start(webhook_url=receiver.url, leave_delay=1.5)
    async with connected(server) as ann:
        await ann.join("presence-a", user_id="ann")
    async with connected(server) as ann:
        await ann.join("presence-a", user_id="ann")
    await asyncio.to_thread(receiver.wait_for, [*CAME, *LEFT])
    came, *_, left = receiver.webhooks
    assert left["time_ms"] - came["time_ms"] >= 1_500


@on_a_loop
async def test_events_are_gathered_twenty_at_most(start, receiver):
    server = start(webhook_url=receiver.url, batch_delay=0.5)
    async with connected(server) as ann:
        for number in range(25):
            await ann.join(f"public-{number}")
        await asyncio.to_thread(receiver.wait, events=25)
    sizes = [len(webhook["events"]) for webhook in receiver.webhooks]
    assert max(sizes) <= 20
    assert len(sizes) < 25


@on_a_loop
async def test_a_queue_that_is_full_loses_its_oldest(start, receiver):
    receiver.hold = threading.Event()
    server = start(webhook_url=receiver.url, limits={"webhooks": 3})
    async with connected(server) as ann:
        for number in range(6):
            await ann.join(f"public-{number}")
        await asyncio.to_thread(receiver.wait, tried=1)
        receiver.hold.set()
        await asyncio.to_thread(receiver.wait, events=4)
        occupied = [channel for _, channel in receiver.events]  # before the channels are vacated
    assert occupied[-3:] == ["public-3", "public-4", "public-5"]


@on_a_loop
async def test_a_server_that_stops_reports_no_leaves(start, receiver):
    server = start(webhook_url=receiver.url)
    async with connected(server) as ann:
        await ann.join("presence-a", user_id="ann")
        await asyncio.to_thread(receiver.wait_for, CAME)
        await asyncio.to_thread(server.stop)
        assert await ann.hear_close() == 4200
    assert receiver.events == CAME
