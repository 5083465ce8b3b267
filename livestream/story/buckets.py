"""Counting the rows of a crowd in time buckets, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Func, Max, Min, Q, QuerySet, Value, When

from livestream.story.subjects import Window

# Up to this many rows are listed one by one; more are counted in buckets. The smallest bucket is
# listed in pages of this size.
MOST_LISTED = 100
BEFORE, LATER = -1, 2**62

Group = dict[str, Any]


class Bucket(Func):
    """The number of the bucket, `width` seconds wide, that a time lies in."""

    output_field = BigIntegerField()

    def __init__(self, moment: str, *, width: int) -> None:
        super().__init__(F(moment), width=width)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / %(width)s"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # `extract` computes in exact decimals, which takes twice as long.
        template = "floor(date_part('epoch', %(expressions)s) / %(width)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **context)


def in_buckets(
    rows: QuerySet[Any], *, at: str, window: Window, by: Sequence[str] = (), after: str = "", **totals: Any
) -> tuple[list[Group], list[Group]]:
    """Count rows by time bucket, and by the columns `by`; `at` is the name of the time column.

    With `after`, the window begins after the row with this id, among those at its start.
    Returns the groups inside the window, and those before and after it. Each has `bucket`,
    `count`, `first` and `last`, and the given `totals`.
    """
    bucket = Case(
        When(_is_before(at, window, after), then=Value(BEFORE)),
        When(_is_later(at, window), then=Value(LATER)),
        default=Bucket(at, width=window.width),
        output_field=BigIntegerField(),
    )
    grouped = rows.order_by().annotate(bucket=bucket).values("bucket", *by)
    groups = grouped.annotate(count=Count("*"), first=Min(at), last=Max(at), **totals).order_by("bucket", *by)
    inside = [each for each in groups if each["bucket"] not in (BEFORE, LATER)]
    return inside, [each for each in groups if each["bucket"] in (BEFORE, LATER)]


def _is_before(at: str, window: Window, after: str) -> Q:
    if window.start is None:
        return Q(pk__in=[])
    earlier = Q(**{f"{at}__lt": window.start})
    return earlier | Q(**{at: window.start}, pk__lte=after) if after else earlier


def _is_later(at: str, window: Window) -> Q:
    return Q(pk__in=[]) if window.end is None else Q(**{f"{at}__gte": window.end})


def are_few(groups: Sequence[Group]) -> bool:
    """Return whether there are few enough rows to list each of them."""
    return sum(each["count"] for each in groups) <= MOST_LISTED


def listed(rows: QuerySet[Any], *, at: str, window: Window, after: str = "") -> QuerySet[Any]:
    """Return the rows of the window in time order, at most one more than are listed."""
    if window.start is not None:
        rows = rows.filter(**{f"{at}__gte": window.start})
    if after:
        rows = rows.exclude(**{at: window.start}, pk__lte=after)
    if window.end is not None:
        rows = rows.filter(**{f"{at}__lt": window.end})
    return rows.order_by(at, "pk")[: MOST_LISTED + 1]
