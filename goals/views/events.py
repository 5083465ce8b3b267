"""GET /events: what happened to me."""

from __future__ import annotations

import re

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from goals import feeds, representation
from goals.event_serializers import Feed
from livestream.api.answers import answer
from livestream.api.bodies import caller_id
from livestream.api.filters import refuse_unknown
from livestream.errors import InvalidParameter

PAGE = 100
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


class InvalidAfter(InvalidParameter):
    code = "invalid_after"
    title = "`after` is a cursor that this feed gave out"


class EventFeedView(APIView):
    """GET /events?after={cursor}"""

    @extend_schema(operation_id="read_events", parameters=[OpenApiParameter("after", str)], responses=Feed)
    def get(self, request: Request) -> Response:
        """Read what happened to goals that I run or paid for, in order, after `after`."""
        refuse_unknown(request=request, known=frozenset({"after"}), allowed=frozenset({"lang"}))
        cursor, user_id = _cursor(request.query_params.get("after")), caller_id(request)
        found = feeds.events_after(user_id=user_id, cursor=cursor, limit=PAGE)
        last = feeds.cursor_of(found[-1]) if found else cursor
        results = [
            representation.feed_event(record, user_id=user_id, cursor=str(feeds.cursor_of(record))) for record in found
        ]
        return Response(answer(Feed, {"results": results, "next": str(last)}))


def _cursor(text: str | None) -> feeds.Cursor:
    if text is None:
        return feeds.Cursor()
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise InvalidAfter
    return feeds.Cursor(int(found[1]), int(found[2]))
