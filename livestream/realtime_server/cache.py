"""The last event of each cache channel, for those who subscribe later."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

from livestream.realtime_server.options import Limits


@dataclass(frozen=True, slots=True)
class Cached:
    """An event as it was sent, its data, and until when (monotonic seconds) it is remembered."""

    message: str
    data: str
    until: float

    @property
    def ttl(self) -> int:
        """Return for how many seconds it is still remembered."""
        return max(int(self.until - time.monotonic()), 0)


class LastEvents:
    """Bounded: the channels whose event is the oldest are forgotten first."""

    def __init__(self, *, limits: Limits) -> None:
        self._limits = limits
        self._by_channel: OrderedDict[str, Cached] = OrderedDict()

    def keep(self, channel: str, *, message: str, data: str) -> None:
        """Remember a channel's last event."""
        self._by_channel[channel] = Cached(message, data, time.monotonic() + self._limits.cache_seconds)
        self._by_channel.move_to_end(channel)
        while len(self._by_channel) > self._limits.cached_channels:
            self._by_channel.popitem(last=False)

    def get(self, channel: str) -> Cached | None:
        """Return a channel's last event, unless it is too old."""
        found = self._by_channel.get(channel)
        return found if found and found.until > time.monotonic() else None
