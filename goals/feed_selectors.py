"""Queries of the goals that the feed shows, and of what its pages depend on."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Count, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from goals import selectors
from goals.models import Goal
from livestream.storage.compiled import CompiledQuery
from livestream.storage.joined_rows import Joined, RowsAsText
from sessions_app import embedded
from sessions_app import selectors as sessions
from wallet.sql import WaitingAmong

_CURRENT = CompiledQuery(lambda goal_ids: selectors.goals().filter(pk__among=goal_ids, active=True))


def current_goals(*, goal_ids: Collection[str]) -> list[Goal]:
    """Return those of the goals that are active, ready to be represented, in one query."""
    return _CURRENT.all(goal_ids=json.dumps(list(goal_ids)))


class FeedState(NamedTuple):
    """What a page of the feed depends on, apart from the time.

    The texts are only compared; each is None if there are no rows. `entries` changes with the entries of the feed,
    `versions` with their active goals, and `waiting` with the uncounted payments for these goals. `on_stage` counts
    the goals whose streamer is on stage: their documents change each second.
    """

    entries: str | None
    versions: str | None
    waiting: str | None
    on_stage: int


def state_of_feed(*, limit: int) -> FeedState:
    """Return the state of the feed's first `limit` entries, in one query."""
    (row,) = _state_of_feed(limit, tuple(embedded.versions())).all()
    return FeedState(*row)


@functools.cache  # `_versions` only separates entries: the feed's entries follow what apps have registered
def _state_of_feed(limit: int, _versions: tuple[str, ...]) -> CompiledQuery[tuple[Any, ...]]:
    shown = Goal.objects.filter(session__in=sessions.session_ids_of_feed(limit=limit), active=True)
    state = {
        "entries": RowsAsText(sessions.columns_of_feed(limit=limit)),
        "versions": Joined(Concat("id", Value(" "), Cast("version", TextField()), output_field=TextField())),
        "waiting": WaitingAmong(Joined(selectors.show_escrow_id())),
        "on_stage": Count("pk", filter=Q(stage_started__isnull=False, stage_paused=None)),
    }
    # Grouped by a constant, since `aggregate()` would run at once: one row, even if no goal is active.
    one_group = shown.order_by().annotate(all=Value(1)).values("all")
    return CompiledQuery(lambda: one_group.annotate(**state).values_list(*state))
