"""Several calls to a far-away server at a time, and no more of them in doubt than that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

_LINGER_SECONDS = 0.005

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Landed(Generic[Item]):
    """An item that a call was made for, and what the call raised, if it did."""

    item: Item
    error: Exception | None = None


def in_lanes(*, work: Callable[[Item], object], items: Iterable[Item], lanes: int) -> Iterator[list[Landed[Item]]]:
    """Do `work` on each item, on up to `lanes` of them at a time; yield what has landed since.

    A lane takes up its next item only when the caller comes back for more. So whoever notes
    what was yielded before asking again has at most one item a lane in doubt, should the
    process die. Only `work` runs in other threads. Half of the lanes are waited for, though
    not for long: noting many at a time costs little more than noting one.
    """
    landed: SimpleQueue[Landed[Item]] = SimpleQueue()
    waiting = iter(items)

    def fly(item: Item) -> None:
        try:
            work(item)
        except Exception as error:  # noqa: BLE001 - whoever asked for the work decides
            landed.put(Landed(item, error))
        else:
            landed.put(Landed(item))

    with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
        flying, free = 0, lanes
        while True:
            for item in islice(waiting, free):
                pool.submit(fly, item)
                flying += 1
            if not flying:
                return
            together = _gather(landed, enough=max(flying // 2, 1))
            yield together
            free = len(together)
            flying -= free


def _gather(landed: SimpleQueue[Landed[Item]], *, enough: int) -> list[Landed[Item]]:
    together = [landed.get()]
    until = time.monotonic() + _LINGER_SECONDS
    while len(together) < enough or not landed.empty():
        try:
            together.append(landed.get(timeout=max(until - time.monotonic(), 0)))
        except Empty:
            break
    return together
