"""How urgent a task is: each class of urgency has a queue of its own, and a part of a worker's threads."""

from __future__ import annotations

import enum


class Urgency(enum.IntEnum):
    """The classes, most urgent first. A flood in one class does not delay the classes before it."""

    MONEY = 0  # what moves money, and what happens on stage
    LIFECYCLE = 1  # sessions and goals begin and end
    PUSHES = 2  # what clients hear, and other calls to vendors
    ANALYTICS = 3  # what people count afterwards
    CLIPS = 4  # cutting video, which takes a processor for minutes

    @property
    def queue(self) -> str:
        """The name of its queue, without the namespace of the service."""
        return self.name.lower()
