"""The server is killed while it tells a crowd that it may watch: nobody is forgotten, few hear it twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from notifications.provider import CALLS_AT_A_TIME, LARGEST_BATCH
from tests.notifications.pusher_server import PusherServer
from tests.process.crowd import viewer_id
from tests.process.house import House
from tests.support.waiting import until

pytestmark = pytest.mark.slow

HOLDERS = 600
EVENTS = 2 * HOLDERS
CALLS = EVENTS // LARGEST_BATCH
TOLD = "SELECT count(*) FROM notifications_admission WHERE told_at IS NOT NULL"


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[PusherServer]:
    """A server in Pusher's place that checks each signature, as far away as a cloud."""
    with PusherServer(app_id="77", key="app-key", secret="app-secret", pause=0.2) as server:
        own = {"APP_ID": "77", "KEY": "app-key", "SECRET": "app-secret", "HOST": "127.0.0.1"}
        for name, value in (own | {"PORT": str(server.port), "SSL": "false"}).items():
            monkeypatch.setenv(f"PUSHER_{name}", value)
        yield server


def crowd_of(house: House) -> None:
    made = house.manage("shell", "-c", f"from tests.process import crowd; crowd.start_show(holders={HOLDERS})")
    assert made.returncode == 0, made.stderr


def test_a_fan_out_that_is_killed_half_way_loses_nobody_and_repeats_one_call_a_lane_at_most(
    empty_house: House, sink: PusherServer
) -> None:
    crowd_of(empty_house)
    empty_house.start()
    until(lambda: len(sink.calls) >= CALLS // 3, what="a third of the crowd", every=0.001)
    empty_house.kill()
    [(noted,)] = empty_house.database.query(TOLD)
    assert 0 < noted < HOLDERS, "the kill was not half way, so nothing was shown"
    before = len(sink.calls)

    empty_house.start()
    until(lambda: empty_house.database.query(TOLD) == [(HOLDERS,)], what="the whole crowd to be told")

    told = Counter(channel for channel, event, _ in sink.told if event == "stream.authorized")
    assert len(told) == EVENTS
    assert {name[-24:] for name in told} == {viewer_id(number) for number in range(HOLDERS)}
    twice = [name for name, times in told.items() if times == 2]
    assert set(told.values()) <= {1, 2}
    assert len(twice) <= CALLS_AT_A_TIME * LARGEST_BATCH
    # What was noted before the kill was not sent again: the two lives together made no call too many.
    assert before < CALLS <= len(sink.calls) <= CALLS + CALLS_AT_A_TIME
    same = {(name, data["event_id"]) for name, _, data in sink.told if name in twice}
    assert len(same) == len(twice), "a client cannot tell a repeat from news"
