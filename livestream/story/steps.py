"""Counting what comes by the thousand in steps of time, in one question to the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Func, Max, Min, Q, QuerySet, Value, When

from livestream.story.subjects import Window

# Told one by one up to here, in steps beyond. A step that cannot be made smaller is told in
# pages of as many.
MOST_LISTED = 100
BEFORE, LATER = -1, 2**62

Group = dict[str, Any]


class Step(Func):
    """The number of the step, so many seconds wide, that a moment lies in."""

    output_field = BigIntegerField()

    def __init__(self, moment: str, *, width: int) -> None:
        super().__init__(F(moment), width=width)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / %(width)s"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Not `extract`, which counts in exact decimals and takes twice the time of the page.
        template = "floor(date_part('epoch', %(expressions)s) / %(width)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **context)


def in_steps(
    rows: QuerySet[Any], *, at: str, window: Window, by: Sequence[str] = (), after: str = "", **totals: Any
) -> tuple[list[Group], list[Group]]:
    """Count rows by step of time, and by the columns `by`; `at` is the column of the moment.

    With `after` the window begins behind the row of this id, among those of its first moment.
    Returns the groups inside of the window, and those before and after it, each with `step`,
    `count`, `first` and `last` and with the `totals` that are asked for.
    """
    step = Case(
        When(_before(at, window, after), then=Value(BEFORE)),
        When(_later(at, window), then=Value(LATER)),
        default=Step(at, width=window.width),
        output_field=BigIntegerField(),
    )
    grouped = rows.order_by().annotate(step=step).values("step", *by)
    groups = grouped.annotate(count=Count("*"), first=Min(at), last=Max(at), **totals).order_by("step", *by)
    inside = [each for each in groups if each["step"] not in (BEFORE, LATER)]
    return inside, [each for each in groups if each["step"] in (BEFORE, LATER)]


def _before(at: str, window: Window, after: str) -> Q:
    if window.start is None:
        return Q(pk__in=[])
    earlier = Q(**{f"{at}__lt": window.start})
    return earlier | Q(**{at: window.start}, pk__lte=after) if after else earlier


def _later(at: str, window: Window) -> Q:
    return Q(pk__in=[]) if window.end is None else Q(**{f"{at}__gte": window.end})


def are_few(groups: Sequence[Group]) -> bool:
    """Tell whether there are so few rows that each can be told."""
    return sum(each["count"] for each in groups) <= MOST_LISTED


def listed(rows: QuerySet[Any], *, at: str, window: Window, after: str = "") -> QuerySet[Any]:
    """Return the rows of the window in order of time, one more than is told of them."""
    if window.start is not None:
        rows = rows.filter(**{f"{at}__gte": window.start})
    if after:
        rows = rows.exclude(**{at: window.start}, pk__lte=after)
    if window.end is not None:
        rows = rows.filter(**{f"{at}__lt": window.end})
    return rows.order_by(at, "pk")[: MOST_LISTED + 1]
