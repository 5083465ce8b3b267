"""Pages of a list, each found by the place where the last one ended.

The cursor holds the sort values of one row, so a page is exact also where thousands of
rows share one moment, and rows that arrive meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from livestream.api import cursors
from livestream.api.cursors import Cursor, InvalidCursor
from livestream.api.exceptions import InvalidParameter

DEFAULT_PAGE_SIZE = 20
LARGEST_PAGE_SIZE = 100


class InvalidPageSize(InvalidParameter):
    code = "invalid_page_size"
    title = "page_size is a whole number from 1 to 100"


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the cursors to its neighbours."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


class CursorPagination(BasePagination):
    """Answers `{next, previous, results}`, `page_size` (1 to 100) rows at a time.

    A view sets `cursor_ordering`, a pair of which the second is unique, such as
    `("-created_at", "-id")` with an index on both; both go the same way.
    """

    ordering: tuple[str, ...] = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the asked page; raises InvalidCursor and InvalidPageSize (400)."""
        ordering = getattr(view, "cursor_ordering", self.ordering)
        size = _page_size(request.query_params.get("page_size"))
        text = request.query_params.get("cursor")
        cursor = cursors.decode(text) if text is not None else None
        self._page = find_page(queryset=queryset, ordering=ordering, size=size, cursor=cursor)
        self._url = request.build_absolute_uri()
        return self._page.rows

    def get_paginated_response(self, data: list[Any]) -> Response:
        links = {"next": self._link(self._page.next), "previous": self._link(self._page.previous)}
        return Response({**links, "results": data})

    def _link(self, cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        return replace_query_param(remove_query_param(self._url, "cursor"), "cursor", cursors.encode(cursor))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_PAGE_SIZE,
            "default": DEFAULT_PAGE_SIZE,
        }
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "required": False, "schema": size},
        ]


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
        return [field.clean(value, None) for field, value in pairs]
    except ValidationError as error:
        raise InvalidCursor from error


def _beyond(names: list[str], values: list[Any], side: str) -> Q:
    """Compare as a tuple; the first condition alone is what an index can answer."""
    (first, *others), (value, *other_values) = names, values
    if not others:
        return Q(**{f"{first}__{side}": value})
    tied = Q(**{first: value}) & _beyond(others, other_values, side)
    return Q(**{f"{first}__{side}e": value}) & (Q(**{f"{first}__{side}": value}) | tied)


def _page_size(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InvalidPageSize
    if not 1 <= int(text) <= LARGEST_PAGE_SIZE:
        raise InvalidPageSize
    return int(text)
