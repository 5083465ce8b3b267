"""A realtime server that answers what a test says, and an inbox that is worked off when it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from livestream import realtime


class Answers:
    """Where the streamer is, as the realtime server says: None where it cannot say; and what waits."""

    def __init__(self) -> None:
        self.on_stage: bool | None = None
        self.in_stream: bool | None = None
        self.asked: list[str] = []
        self.worked_off: list[set[str]] = []
        self._waiting: list[Callable[[], object]] = []

    def accept(self, act: Callable[[], object]) -> None:
        """Accept a webhook that is worked off only when somebody asks for it."""
        self._waiting.append(act)

    def work_off(self, *, subjects: Collection[str], now: datetime) -> None:
        self.worked_off.append(set(subjects))
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    def is_on_stage(self, *, goal_id: str, user_id: str) -> bool | None:
        self.asked.append(goal_id)
        return self.on_stage

    def is_in_stream(self, *, streamer_id: str) -> bool | None:
        self.asked.append(streamer_id)
        return self.in_stream


@contextmanager
def answering() -> Iterator[Answers]:
    """Have everybody ask this server instead."""
    usual = realtime._registered
    answers = Answers()
    realtime.register(answers)
    try:
        yield answers
    finally:
        realtime.register(usual)
