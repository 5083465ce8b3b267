"""How urgent a task is: each class of urgency has its own queue and a limit of a worker's threads."""

from __future__ import annotations

import enum


class Urgency(enum.IntEnum):
    """The classes, most urgent first. A flood in one class does not delay the classes before it."""

    MONEY = 0  # moves money, or decides what happens on stage
    LIFECYCLE = 1  # begins and ends sessions and goals
    PUSHES = 2  # pushes to clients, and other calls to vendors
    ANALYTICS = 3  # reports events to analytics
    CLIPS = 4  # cuts video, which takes a processor for minutes

    @property
    def queue(self) -> str:
        """The name of its queue, without the namespace of the service."""
        return self.name.lower()
