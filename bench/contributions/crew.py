"""Processes that buy at the same time while one more counts."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

from bench import world
from bench.contributions.buying import WAYS, Buy
from goals.services import counting
from wallet import selectors

COUNT_EVERY = 0.2  # seconds, as the relay's sweep does
WARM_UP = 0.5  # seconds before the measured ones, for plans and caches

opened = cache(lambda way: WAYS[way]())


@dataclass(frozen=True, slots=True)
class Window:
    """When to start, and between which moments to measure; all processes see one clock."""

    opens: float
    begins: float
    ends: float

    @classmethod
    def of(cls, *, seconds: float) -> Window:
        opens = time.monotonic() + 0.2  # so that all processes have heard of it
        return cls(opens, opens + WARM_UP, opens + WARM_UP + seconds)


@dataclass(slots=True)
class Share:
    """What one process did: purchases in all, the seconds of each measured one, and its CPU."""

    made: int = 0
    waits: list[float] = field(default_factory=list)
    cpu: float = 0.0


@contextmanager
def crew(*, size: int) -> Iterator[ProcessPoolExecutor]:
    """Start `size` processes, with Django set up in each, and stop them in the end."""
    context = get_context("spawn")
    all_here = context.Barrier(size)
    with ProcessPoolExecutor(size, context, initializer=_wait, initargs=(all_here,)) as pool:
        list(pool.map(abs, range(size)))  # a process starts when there is something to do
        yield pool


def _wait(all_here: Barrier) -> None:
    all_here.wait(timeout=120)


def buy_together(
    *, pool: ProcessPoolExecutor, way: str, goals: int, viewers: int, processes: int, counted: bool, seconds: float
) -> list[Share]:
    """Have `processes` of the pool buy tickets of `goals` goals for `seconds`."""
    window = Window.of(seconds=seconds)
    counting = pool.submit(count_on, window) if counted else None
    buying = [pool.submit(buy_on, way, goals, viewers, window) for _ in range(processes)]
    shares = [each.result() for each in buying]
    if counting:
        counting.result()
    return shares


def buy_on(way: str, goals: int, viewers: int, window: Window) -> Share:
    """Buy one ticket after the other until the window ends, for viewers and goals by chance."""
    buy: Buy = opened(way)
    goal_ids: Sequence[str] = [world.goal_id(number) for number in range(goals)]
    share, cpu = Share(), time.process_time()
    time.sleep(max(0.0, window.opens - time.monotonic()))
    while (started := time.monotonic()) < window.ends:
        buy(random.choice(goal_ids), world.viewer_id(random.randint(1, viewers)))  # noqa: S311 - no secret
        share.made += 1
        if started >= window.begins:
            share.waits.append(time.monotonic() - started)
    share.cpu = time.process_time() - cpu
    return share


def count_on(window: Window) -> None:
    """Do what the sweep and the worker do: count every escrow that was paid into."""
    time.sleep(max(0.0, window.opens - time.monotonic()))
    while (started := time.monotonic()) < window.ends:
        for escrow_id in list(selectors.accounts_with_pending_credit()):
            counting.count_contributions(escrow_id=escrow_id)
            if time.monotonic() > window.ends:
                return
        time.sleep(max(0.0, started + COUNT_EVERY - time.monotonic()))
