"""Keyset pagination: the pages of a list, and iteration over a table of any size.

A cursor holds the sort values of one row. So a page is exact even where thousands of rows
share one moment, and rows that arrive meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from livestream.errors import InvalidParameter
from livestream.storage.text import is_storable

_LONGEST = 2000
Row = TypeVar("Row", bound=Model)
PAGE = 500


class InvalidCursor(InvalidParameter):
    """`cursor` does not come from an answer of this list."""

    code = "invalid_cursor"
    title = "The cursor is not one of this list"
    advice = "Start again without `cursor`, or follow `next` as it is."


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position between two rows: just after the row with these sort values, or before it."""

    backwards: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the cursors to its neighbours."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


def encode(cursor: Cursor) -> str:
    """Write the cursor as text that needs no escaping in a URL."""
    raw = json.dumps([cursor.backwards, *cursor.values], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """Read what `encode` wrote; raises InvalidCursor for everything else."""
    if len(text) > _LONGEST:
        raise InvalidCursor
    padded = text + "=" * (-len(text) % 4)
    try:
        backwards, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidCursor from error
    if not isinstance(backwards, bool) or not all(_usable(value) for value in values):
        raise InvalidCursor
    return Cursor(backwards, tuple(values))


def first_of_all(ordered: QuerySet[Any], limit: int) -> list[Any]:
    """Return the first rows."""
    return list(ordered[:limit])


def find_page(
    *,
    queryset: QuerySet[Any],
    ordering: tuple[str, ...],
    size: int,
    cursor: Cursor | None,
    pick: Callable[[QuerySet[Any], int], list[Any]] = first_of_all,
) -> Page:
    """Return the page of `size` rows that begins, or ends, at the cursor.

    `pick` takes the first rows of what is in order and beyond the cursor.
    """
    backwards = cursor is not None and cursor.backwards
    descending = ordering[0].startswith("-") != backwards
    names = [name.removeprefix("-") for name in ordering]
    if cursor is not None:
        values = _values(queryset.model, names, cursor)
        queryset = queryset.filter(_beyond(names, values, "lt" if descending else "gt"))
    sign = "-" if descending else ""
    found = pick(queryset.order_by(*(sign + name for name in names)), size + 1)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    return _with_neighbours(
        rows, names, before=more if backwards else cursor is not None, after=True if backwards else more
    )


def first_page(*, found: list[Any], ordering: tuple[str, ...], size: int) -> Page:
    """Return the first page of a list of which up to `size` + 1 rows were found, in order."""
    names = [name.removeprefix("-") for name in ordering]
    return _with_neighbours(found[:size], names, before=False, after=len(found) > size)


def _with_neighbours(rows: list[Any], names: list[str], *, before: bool, after: bool) -> Page:
    if not rows:
        return Page([], None, None)
    return Page(
        rows,
        next=_cursor_at(rows[-1], names, backwards=False) if after else None,
        previous=_cursor_at(rows[0], names, backwards=True) if before else None,
    )


def _cursor_at(row: Any, names: list[str], *, backwards: bool) -> Cursor:
    values = [row._meta.get_field(name).value_to_string(row) for name in names]
    return Cursor(backwards, tuple(values))


def _values(model: type[Model], names: list[str], cursor: Cursor) -> list[Any]:
    if len(cursor.values) != len(names):
        raise InvalidCursor
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    try:
        pairs = zip(fields, cursor.values, strict=True)
        return [_in_utc(field.clean(value, None)) for field, value in pairs]
    except (ValidationError, OverflowError) as error:
        raise InvalidCursor from error


def _in_utc(value: Any) -> Any:
    """Return a time in UTC, as databases compare it, and any other value unchanged.

    Raises InvalidCursor for a time without a zone, and OverflowError if the year in UTC is out of range.
    """
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise InvalidCursor
    return value.astimezone(UTC)


def _beyond(names: list[str], values: list[Any], side: str) -> Q:
    """Compare as a tuple; the first condition alone is what an index can answer."""
    (first, *others), (value, *other_values) = names, values
    if not others:
        return Q(**{f"{first}__{side}": value})
    tied = Q(**{first: value}) & _beyond(others, other_values, side)
    return Q(**{f"{first}__{side}e": value}) & (Q(**{f"{first}__{side}": value}) | tied)


def _usable(value: object) -> bool:
    return isinstance(value, str) and is_storable(value)


def iterate(rows: QuerySet[Row], *, by: str, after: Any = None, size: int = PAGE) -> Iterator[Row]:
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
