"""The goals of the feed and the state of its pages, read by functions that a higher app registers.

Without it, there are no goals.
"""

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
    state=lambda limit: [*selectors.columns_of_feed(limit=limit)],
)
_goals = _NONE


def register(
    *,
    ids_in: Callable[[str], list[str]],
    read: Callable[[Collection[str]], Mapping[str, Document]],
    state: Callable[[int], Sequence[object]],
) -> None:
    """Have `ids_in(session_id)` name the goals of a session that are not over, oldest first.

    `read(goal_ids)` returns, by id, what everybody may see of those that are current at that moment, in a constant
    number of queries. `state(limit)` returns a value that changes whenever the feed's first `limit` entries or the
    documents of their goals change. It includes `selectors.columns_of_feed`, so that one query reads all of it.
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
    """Return a value that changes whenever the feed's first `limit` entries or their goals change."""
    return _goals.state(limit)
