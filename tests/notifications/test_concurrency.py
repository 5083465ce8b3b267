"""Several calls at a time, and never more unrecorded ones than the limit."""

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.concurrency import run_bounded


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
def test_each_item_is_done_once_and_comes_back_with_what_went_wrong(count, limit, bad):
    crew = Crew(bad)
    completed = [each for some in run_bounded(work=crew.work, items=range(count), limit=limit) for each in some]
    assert crew.done == Counter(range(count))
    assert sorted(each.item for each in completed) == list(range(count))
    assert {each.item for each in completed if each.error} == {item for item in bad if item < count}
    assert crew.most_busy <= limit


@given(st.integers(1, 60), st.integers(1, 8))
def test_no_more_items_than_the_limit_are_ever_unrecorded(count, limit):
    crew, recorded = Crew(), 0
    for completed in run_bounded(work=crew.work, items=range(count), limit=limit):
        with crew.lock:
            assert sum(crew.done.values()) - recorded <= limit
        recorded += len(completed)
    assert recorded == count


def test_as_many_calls_as_the_limit_run_at_the_same_time():
    together = threading.Barrier(5)
    completed = [
        each for some in run_bounded(work=lambda _: together.wait(60), items=range(10), limit=5) for each in some
    ]
    assert [each.error for each in completed] == [None] * 10


def test_a_caller_that_stops_leaves_no_thread_behind():
    crew = Crew()
    coming = run_bounded(work=crew.work, items=range(100), limit=3)
    next(coming)
    coming.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bounded")]
    assert sum(crew.done.values()) <= 6


def test_what_fails_while_items_are_made_is_raised():
    def items():
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        list(run_bounded(work=lambda _: None, items=items(), limit=2))
