"""What the webhooks report, and when: leaves that are held back, and events that are gathered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LARGEST_BATCH = 20
Report = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook to deliver; `time_ms` is when it was made."""

    time_ms: int
    events: tuple[Report, ...]


class WebhookBatcher:
    """Observes the channels, and passes webhooks to `deliver` in the order of what happened.

    A leave is reported `leave_delay` seconds later; a member who is back by then was never away. Events of
    `batch_delay` seconds share a webhook, 20 at most.
    """

    def __init__(self, *, deliver: Callable[[Webhook], None], leave_delay: float, batch_delay: float) -> None:
        self._deliver = deliver
        self._leave_delay = leave_delay
        self._batch_delay = batch_delay
        self._leaves: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._batch: list[Report] = []
        self._closing: asyncio.TimerHandle | None = None

    def channel_occupied(self, channel: str) -> None:
        self._came(("", channel), {"name": "channel_occupied", "channel": channel})

    def channel_vacated(self, channel: str) -> None:
        self._left(("", channel), {"name": "channel_vacated", "channel": channel})

    def member_added(self, channel: str, user_id: str) -> None:
        self._came((user_id, channel), {"name": "member_added", "channel": channel, "user_id": user_id})

    def member_removed(self, channel: str, user_id: str) -> None:
        self._left((user_id, channel), {"name": "member_removed", "channel": channel, "user_id": user_id})

    def cache_miss(self, channel: str) -> None:
        self._report({"name": "cache_miss", "channel": channel})

    def stop(self) -> None:
        """Report nothing more: a server that stops does not know who stays."""
        for timer in [*self._leaves.values(), *filter(None, [self._closing])]:
            timer.cancel()
        self._leaves.clear()
        self._batch.clear()
        self._deliver = lambda webhook: None

    def _came(self, who: tuple[str, str], report: Report) -> None:
        if timer := self._leaves.pop(who, None):
            timer.cancel()
        else:
            self._report(report)

    def _left(self, who: tuple[str, str], report: Report) -> None:
        if not self._leave_delay:
            self._report(report)
            return
        self._leaves[who] = asyncio.get_running_loop().call_later(self._leave_delay, self._is_gone, who, report)

    def _is_gone(self, who: tuple[str, str], report: Report) -> None:
        del self._leaves[who]
        self._report(report)

    def _report(self, report: Report) -> None:
        self._batch.append(report)
        if not self._batch_delay or len(self._batch) >= LARGEST_BATCH:
            self._close_batch()
        elif self._closing is None:
            self._closing = asyncio.get_running_loop().call_later(self._batch_delay, self._close_batch)

    def _close_batch(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        events, self._batch = tuple(self._batch), []
        self._deliver(Webhook(time.time_ns() // 1_000_000, events))
