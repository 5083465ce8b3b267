"""The pages of a list as the API answers them; `livestream.storage.keyset` finds the rows."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from livestream.errors import InvalidParameter
from livestream.storage import keyset
from livestream.storage.keyset import Cursor, find_page

DEFAULT_PAGE_SIZE = 20
LARGEST_PAGE_SIZE = 100


class InvalidPageSize(InvalidParameter):
    """`page_size` is not a whole number from 1 to 100."""

    code = "invalid_page_size"
    title = "`page_size` must be a whole number from 1 to 100"
    advice = "Send a number from 1 to 100, or leave `page_size` out."


class CursorPagination(BasePagination):
    """Answers `{next, previous, has_more, results}`, `page_size` (1 to 100) rows at a time.

    `next` and `previous` are queries (`?cursor=…`), which a client resolves against the address that
    it used: the service need not know under which host or prefix a proxy publishes it.

    A view sets `cursor_ordering`, a pair of which the second is unique, such as
    `("-created_at", "-id")` with an index on both; both go the same way.
    """

    ordering: tuple[str, ...] = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the asked page; raises InvalidCursor and InvalidPageSize (400)."""
        ordering = getattr(view, "cursor_ordering", self.ordering)
        size = page_size_of(request)
        text = request.query_params.get("cursor")
        cursor = keyset.decode(text) if text is not None else None
        self._page = find_page(queryset=queryset, ordering=ordering, size=size, cursor=cursor)
        self._request = request
        return self._page.rows

    def get_paginated_response(self, data: list[Any]) -> Response:
        following, previous = link_of(self._request, self._page.next), link_of(self._request, self._page.previous)
        return Response(page_of(data, following=following, previous=previous, has_more=following is not None))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri-reference"}
        where = "query, such as `?cursor=…`, to resolve against the address of the request; null where there is none"
        return {
            "type": "object",
            "required": ["next", "previous", "has_more", "results"],
            "properties": {
                "next": {**link, "description": f"The following page: a {where}"},
                "previous": {**link, "description": f"The preceding page: a {where}"},
                "has_more": {"type": "boolean", "description": "Whether there is a following page at this moment"},
                "results": schema,
            },
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


def page_of(results: list[Any], *, following: str | None, previous: str | None, has_more: bool) -> dict[str, Any]:
    """Return the body of every answer that is a page: the links are queries."""
    return {"next": following, "previous": previous, "has_more": has_more, "results": results}


def reference_of(request: Request) -> str:
    """Return the query of the request, as a reference that is resolved against its address."""
    return f"?{request.query_params.urlencode()}"


def link_of(request: Request, cursor: Cursor | None) -> str | None:
    """Return the query of the request with another cursor; None without a cursor."""
    return None if cursor is None else replace_query_param(reference_of(request), "cursor", keyset.encode(cursor))


def page_size_of(request: Request, *, default: int = DEFAULT_PAGE_SIZE) -> int:
    """Return how many rows the request asks for, 1 to 100; raises InvalidPageSize (400)."""
    text = request.query_params.get("page_size")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InvalidPageSize
    if not 1 <= int(text) <= LARGEST_PAGE_SIZE:
        raise InvalidPageSize
    return int(text)
