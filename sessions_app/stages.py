"""An interface to the stages of a streamer, which `goals` implements; without it, there are none."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Stages(Protocol):
    """What `goals` implements."""

    def open_stages(self, *, streamer_id: str) -> list[str]:
        """Return the ids of the goals on whose stages the streamer is, as far as is known."""
        ...

    def entered_since(self, *, streamer_id: str, at: datetime) -> bool:
        """Return whether the streamer entered a stage after `at` on which they still are, as far as is known."""
        ...

    def staged_goals(self, *, streamer_id: str) -> list[str]:
        """Return the ids of the streamer's running goals that have a stage of their own."""
        ...

    def leave_every_stage(self, *, streamer_id: str, at: datetime, now: datetime) -> None:
        """Have the streamer leave every stage as of `at`; a repeat changes nothing."""
        ...


class _NoStages:
    def open_stages(self, *, streamer_id: str) -> list[str]:
        return []

    def entered_since(self, *, streamer_id: str, at: datetime) -> bool:
        return False

    def staged_goals(self, *, streamer_id: str) -> list[str]:
        return []

    def leave_every_stage(self, *, streamer_id: str, at: datetime, now: datetime) -> None:
        return None


_registered: Stages = _NoStages()


def register(stages: Stages) -> None:
    """Use `stages` from now on."""
    global _registered
    _registered = stages


def open_stages(*, streamer_id: str) -> list[str]:
    """Return the goals on whose stages the streamer is, see `Stages.open_stages`."""
    return _registered.open_stages(streamer_id=streamer_id)


def entered_since(*, streamer_id: str, at: datetime) -> bool:
    """Return whether the streamer entered a stage after `at`, see `Stages.entered_since`."""
    return _registered.entered_since(streamer_id=streamer_id, at=at)


def staged_goals(*, streamer_id: str) -> list[str]:
    """Return which running goals have a stage of their own, see `Stages.staged_goals`."""
    return _registered.staged_goals(streamer_id=streamer_id)


def leave_every_stage(*, streamer_id: str, at: datetime, now: datetime) -> None:
    """Have the streamer leave every stage, see `Stages.leave_every_stage`."""
    _registered.leave_every_stage(streamer_id=streamer_id, at=at, now=now)
