"""Several calls at a time, and at most one a lane that nobody has noted yet."""

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.lanes import in_lanes


class Crew:
    """Work that counts how many are at it, and what was done that nobody has come for yet."""

    def __init__(self, bad=()):
        self.lock = threading.Lock()
        self.bad = set(bad)
        self.done = Counter()
        self.busy = self.most_busy = 0

    def work(self, item):
        with self.lock:
            self.busy += 1
            self.most_busy = max(self.busy, self.most_busy)
        with self.lock:
            self.busy -= 1
            self.done[item] += 1
        if item in self.bad:
            raise ValueError(item)


@given(st.integers(0, 60), st.integers(1, 8), st.sets(st.integers(0, 59)))
def test_each_item_is_done_once_and_comes_back_with_what_went_wrong(count, lanes, bad):
    crew = Crew(bad)
    landed = [each for some in in_lanes(work=crew.work, items=range(count), lanes=lanes) for each in some]
    assert crew.done == Counter(range(count))
    assert sorted(each.item for each in landed) == list(range(count))
    assert {each.item for each in landed if each.error} == {item for item in bad if item < count}
    assert crew.most_busy <= lanes


@given(st.integers(1, 60), st.integers(1, 8))
def test_no_more_than_one_item_a_lane_is_ever_in_doubt(count, lanes):
    crew, noted = Crew(), 0
    for landed in in_lanes(work=crew.work, items=range(count), lanes=lanes):
        with crew.lock:
            assert sum(crew.done.values()) - noted <= lanes
        noted += len(landed)
    assert noted == count


def test_all_lanes_are_at_work_at_the_same_time():
    together = threading.Barrier(5)
    landed = [each for some in in_lanes(work=lambda _: together.wait(10), items=range(10), lanes=5) for each in some]
    assert [each.error for each in landed] == [None] * 10


def test_whoever_stops_asking_leaves_no_thread_behind():
    crew = Crew()
    coming = in_lanes(work=crew.work, items=range(100), lanes=3)
    next(coming)
    coming.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane")]
    assert sum(crew.done.values()) <= 6


def test_what_fails_while_items_are_made_is_raised():
    def items():
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        list(in_lanes(work=lambda _: None, items=items(), lanes=2))
