"""The goals of the feed, read by functions that a higher app registers; without it, there are none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sessions_app import selectors

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Goals:
    ids_in: Callable[[str], list[str]]
    read: Callable[[Collection[str]], Mapping[str, Document]]
    state: Callable[[int], Sequence[object]]


_NONE = _Goals(
    ids_in=lambda _session_id: [],
    read=lambda _goal_ids: {},
    state=lambda limit: [*selectors.entries_of_feed(limit=limit)],
)
_goals = _NONE


def register(
    *,
    ids_in: Callable[[str], list[str]],
    read: Callable[[Collection[str]], Mapping[str, Document]],
    state: Callable[[int], Sequence[object]],
) -> None:
    """Have `ids_in(session_id)` name the goals of a session that are not over, oldest first.

    `read(goal_ids)` gives, by id, what everybody may see of those that are current at that
    moment, in a constant number of queries. `state(limit)` gives what the feed's first `limit` entries depend on, with
    these documents.
    """
    global _goals
    _goals = _Goals(ids_in, read, state)


def ids_in(*, session_id: str) -> list[str]:
    """Return the ids of the session's goals that are not over, oldest first."""
    return _goals.ids_in(session_id)


def read(*, goal_ids: Collection[str]) -> Mapping[str, Document]:
    """Return by id those of the goals that are current, as everybody may see them."""
    return _goals.read(goal_ids) if goal_ids else {}


def state_of_feed(*, limit: int) -> Sequence[object]:
    """Return what the first `limit` entries of the feed depend on: whatever changes in one of them changes it, too."""
    return _goals.state(limit)
