"""The pages of a list as the API answers them; `livestream.storage.keyset` finds the rows."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from livestream.errors import InvalidParameter
from livestream.storage import keyset
from livestream.storage.keyset import Cursor, find_page

DEFAULT_PAGE_SIZE = 20
LARGEST_PAGE_SIZE = 100


class InvalidPageSize(InvalidParameter):
    code = "invalid_page_size"
    title = "page_size is a whole number from 1 to 100"


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
        cursor = keyset.decode(text) if text is not None else None
        self._page = find_page(queryset=queryset, ordering=ordering, size=size, cursor=cursor)
        self._url = request.build_absolute_uri()
        return self._page.rows

    def get_paginated_response(self, data: list[Any]) -> Response:
        links = {"next": self._link(self._page.next), "previous": self._link(self._page.previous)}
        return Response({**links, "results": data})

    def _link(self, cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        return replace_query_param(remove_query_param(self._url, "cursor"), "cursor", keyset.encode(cursor))

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


def _page_size(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InvalidPageSize
    if not 1 <= int(text) <= LARGEST_PAGE_SIZE:
        raise InvalidPageSize
    return int(text)
