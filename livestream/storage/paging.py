"""Iterating over a table of any size with keyset pagination."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE = 500


def walk(rows: QuerySet[Row], *, by: str, after: Any = None, size: int = PAGE) -> Iterator[Row]:
    """Iterate over the rows in the order of `by`, a unique column, beginning after the value `after`.

    No database cursor stays open, so it may take hours, and rows may change or be deleted meanwhile.
    """
    while True:
        rest = rows if after is None else rows.filter(**{f"{by}__gt": after})
        page = list(rest.order_by(by)[:size])
        yield from page
        if len(page) < size:
            return
        after = getattr(page[-1], by)


def last_before(*, model: type[Model], field: str, at: datetime) -> QuerySet[Any, Any]:
    """Return the key of the last row before `at`, by an index over `field`; empty where there is none."""
    before = model._base_manager.filter(**{f"{field}__lt": at}).order_by(f"-{field}", "-pk")
    return before.values_list("pk", flat=True)[:1]
