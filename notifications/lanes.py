"""Several calls to a far-away server at a time, and no more of them in doubt than that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue
from typing import Generic, TypeVar

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
    process die. Only `work` runs in other threads.
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
            together = [landed.get(), *(landed.get() for _ in range(landed.qsize()))]
            yield together
            free = len(together)
            flying -= free
