"""Bounded concurrency: several calls to a remote server at a time, whose results are recorded as they come."""

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
class Completed(Generic[Item]):
    """An item that `work` was called for, and what the call raised, if it did."""

    item: Item
    error: Exception | None = None


def run_bounded(
    *, work: Callable[[Item], object], items: Iterable[Item], limit: int
) -> Iterator[list[Completed[Item]]]:
    """Call `work` on each item, on up to `limit` of them at a time; yield what has completed since.

    A call begins only when the caller comes back for more. So a caller that records each batch
    before it continues has at most `limit` unrecorded items if the process dies. Only `work` runs
    in other threads. It waits briefly for half of the calls under way, because recording many
    items at a time costs little more than recording one.
    """
    completed: SimpleQueue[Completed[Item]] = SimpleQueue()
    waiting = iter(items)

    def call(item: Item) -> None:
        try:
            work(item)
        except Exception as error:  # noqa: BLE001 - the caller decides about it
            completed.put(Completed(item, error))
        else:
            completed.put(Completed(item))

    with ThreadPoolExecutor(limit, thread_name_prefix="bounded") as pool:
        under_way, free = 0, limit
        while True:
            for item in islice(waiting, free):
                pool.submit(call, item)
                under_way += 1
            if not under_way:
                return
            batch = _gather(completed, enough=max(under_way // 2, 1))
            yield batch
            free = len(batch)
            under_way -= free


def _gather(completed: SimpleQueue[Completed[Item]], *, enough: int) -> list[Completed[Item]]:
    batch = [completed.get()]
    until = time.monotonic() + _LINGER_SECONDS
    while len(batch) < enough or not completed.empty():
        try:
            batch.append(completed.get(timeout=max(until - time.monotonic(), 0)))
        except Empty:
            break
    return batch
