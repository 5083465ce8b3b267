"""An interface to the realtime server and its webhooks, for apps that must not import `notifications`.

`notifications` registers its implementation here. So goals and sessions can take accepted webhooks into
account, and ask who is on stage.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Realtime(Protocol):
    """What `notifications` implements."""

    def work_off(self, *, subjects: Collection[str], now: datetime) -> None:
        """Process the accepted webhooks about these stages (ids of goals) and streamers (ids of users).

        Call it before a goal or session is locked: it locks webhooks, then the rows that they change.
        """
        ...

    def is_on_stage(self, *, goal_id: str, user_id: str) -> bool | None:
        """Ask the realtime server whether the user is in a goal's stage channel; None if it cannot say.

        It calls the network, with a time limit, and must run outside of a transaction.
        """
        ...

    def is_in_stream(self, *, streamer_id: str) -> bool | None:
        """Ask whether the streamer is in the channel of their own stream; None if the server cannot say."""
        ...


@dataclass(slots=True)
class _Nobody:
    """The default before registration: there are no webhooks, and no answers."""

    def work_off(self, *, subjects: Collection[str], now: datetime) -> None:
        return None

    def is_on_stage(self, *, goal_id: str, user_id: str) -> bool | None:
        return None

    def is_in_stream(self, *, streamer_id: str) -> bool | None:
        return None


_registered: Realtime = _Nobody()


def register(realtime: Realtime) -> None:
    """Use `realtime` from now on."""
    global _registered
    _registered = realtime


def work_off(*, subjects: Collection[str], now: datetime) -> None:
    """Process the accepted webhooks about these subjects, see `Realtime.work_off`."""
    _registered.work_off(subjects=subjects, now=now)


def is_on_stage(*, goal_id: str, user_id: str) -> bool | None:
    """Return whether the user is on a goal's stage, see `Realtime.is_on_stage`."""
    return _registered.is_on_stage(goal_id=goal_id, user_id=user_id)


def is_in_stream(*, streamer_id: str) -> bool | None:
    """Return whether the streamer is in their own stream, see `Realtime.is_in_stream`."""
    return _registered.is_in_stream(streamer_id=streamer_id)
