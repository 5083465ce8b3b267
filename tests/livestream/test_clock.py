"""The clock: tests move it, and everybody in the process sees the same moment."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from livestream import clock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_the_real_clock_moves_and_knows_its_time_zone():
    first, second = clock.now(), clock.now()
    assert first <= second
    assert first.utcoffset() == timedelta(0)
    assert abs(first - datetime.now(tz=UTC)) < timedelta(seconds=10)


def test_a_frozen_clock_stands_still_until_it_is_moved():
    with clock.frozen(NOON) as moving:
        assert clock.now() == clock.now() == NOON
        assert moving.advance(seconds=1.5) == clock.now() == NOON + timedelta(seconds=1.5)
        moving.move_to(NOON - timedelta(days=1))
        assert clock.now() == NOON - timedelta(days=1)


def test_other_threads_see_the_moved_clock_too():
    seen = []
    with clock.frozen(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [NOON]


def test_clocks_within_clocks_end_in_their_order_also_after_an_error():
    with clock.frozen(NOON):
        try:
            with clock.frozen() as inner:
                inner.advance(seconds=60)
                raise KeyError
        except KeyError:
            assert clock.now() == NOON
    assert clock.now() != NOON


@given(st.integers(0, 4_102_444_800))
def test_unix_seconds_survive_the_way_there_and_back(seconds):
    assert clock.to_epoch(clock.from_epoch(seconds)) == seconds


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - made aware below
def test_a_moment_within_a_second_is_told_as_the_second_it_lies_in(naive):
    at = naive.replace(tzinfo=UTC)
    assert clock.from_epoch(clock.to_epoch(at)) == at.replace(microsecond=0)


def test_no_moment_has_no_seconds():
    assert clock.to_epoch(None) is None
