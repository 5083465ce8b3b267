"""The threads of a worker: money and the lifecycle always find one, whatever floods the other classes."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from livestream.outbox import Urgency
from livestream.outbox.threads import Threads
from tests.support.threads import in_thread

OTHERS = [Urgency.PUSHES, Urgency.ANALYTICS, Urgency.CLIPS]


def flooded(threads, *classes):
    """Occupy as many threads as are admitted for these classes; return their number, and what frees them."""
    busy, running = 0, ExitStack()
    for urgency in classes:
        while running.enter_context(threads.working_for(urgency)):
            busy += 1
            assert busy < 1000
    return busy, running


def is_admitted(threads, urgency):
    with threads.working_for(urgency) as admitted:
        return admitted


@pytest.mark.parametrize("total", [2, 3, 4, 5, 8, 16, 64])
def test_money_and_the_lifecycle_find_a_thread_in_any_flood_of_the_others(total):
    for order in (OTHERS, OTHERS[::-1]):
        threads = Threads()
        threads.add(total)
        busy, running = flooded(threads, *order)
        assert 0 < busy < total
        assert is_admitted(threads, Urgency.LIFECYCLE)
        assert is_admitted(threads, Urgency.MONEY)
        running.close()


@pytest.mark.parametrize("total", [4, 5, 8, 16, 64])
def test_money_finds_a_thread_in_a_flood_of_everything_else(total):
    threads = Threads()
    threads.add(total)
    busy, running = flooded(threads, Urgency.LIFECYCLE, *OTHERS)
    assert busy <= total * 3 / 4
    assert is_admitted(threads, Urgency.MONEY)
    running.close()


@pytest.mark.parametrize("total", [2, 3, 4, 5, 8, 16, 64])
def test_the_others_find_a_thread_in_a_flood_of_the_lifecycle(total):
    for urgency in OTHERS:
        threads = Threads()
        threads.add(total)
        _, running = flooded(threads, Urgency.LIFECYCLE)
        assert is_admitted(threads, urgency)
        running.close()


def test_no_class_of_the_others_takes_all_that_they_share():
    threads = Threads()
    threads.add(8)
    for urgency, most in {Urgency.PUSHES: 2, Urgency.ANALYTICS: 2, Urgency.CLIPS: 1}.items():
        busy, running = flooded(threads, urgency)
        assert busy == most
        running.close()


def test_threads_that_are_done_are_free_again():
    threads = Threads()
    threads.add(4)
    for _ in range(2):
        busy, running = flooded(threads, Urgency.PUSHES)
        assert busy == 1
        running.close()


@pytest.mark.parametrize("total", [0, 1])
def test_a_single_thread_works_for_all_of_them(total):
    threads = Threads()
    threads.add(total)
    assert all(is_admitted(threads, urgency) for urgency in Urgency)


def test_less_urgent_work_gives_way_to_money_for_a_while_and_urgent_work_to_nothing():
    threads = Threads()
    threads.add(8)
    began = time.monotonic()
    with threads.working_for(Urgency.MONEY):
        for urgency in (Urgency.MONEY, Urgency.LIFECYCLE):
            threads.give_way(urgency, seconds=600)
        for urgency in OTHERS:
            threads.give_way(urgency, seconds=0.05)
        assert time.monotonic() - began >= 3 * 0.05
        waiting = in_thread(lambda: threads.give_way(Urgency.PUSHES, seconds=600))
    waiting()
    threads.give_way(Urgency.PUSHES, seconds=600)
