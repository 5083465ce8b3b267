"""GET /events: what happened to me."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from goals import feeds
from livestream.api.bodies import caller_id
from livestream.api.fields import EpochDateTimeField, ObjectIdSerializerField
from livestream.api.filters import refuse_unknown
from livestream.errors import InvalidParameter

PAGE = 100
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


class InvalidAfter(InvalidParameter):
    code = "invalid_after"
    title = "`after` is a cursor that this feed gave out"


class FeedEvent(serializers.Serializer[Any]):
    """An event of the feed; `cursor` reads on after it."""

    id = ObjectIdSerializerField(source="event_id")
    name = serializers.CharField()
    occurred_at = EpochDateTimeField()
    goal_id = ObjectIdSerializerField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)
    cursor = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]  # the API's name

    def get_cursor(self, record: feeds.EventRecord) -> str:
        return str(feeds.cursor_of(record))

    @extend_schema_field(serializers.DictField())
    def get_data(self, record: feeds.EventRecord) -> dict[str, object]:
        return feeds.data_for(record, user_id=self.context["user_id"])


class Feed(serializers.Serializer[object]):
    """A page of the feed; `next` reads on, and is the same cursor where nothing is new."""

    results = FeedEvent(many=True)
    next = serializers.CharField()


class EventFeedView(APIView):
    """GET /events?after={cursor}"""

    @extend_schema(operation_id="read_events", parameters=[OpenApiParameter("after", str)], responses=Feed)
    def get(self, request: Request) -> Response:
        """Read what happened to goals that I run or paid for, in order, after `after`."""
        refuse_unknown(request=request, known=frozenset({"after"}), allowed=frozenset({"lang"}))
        cursor, user_id = _cursor(request.query_params.get("after")), caller_id(request)
        found = feeds.events_after(user_id=user_id, cursor=cursor, limit=PAGE)
        last = feeds.cursor_of(found[-1]) if found else cursor
        results = FeedEvent(found, many=True, context={"user_id": user_id}).data
        return Response({"results": results, "next": str(last)})


def _cursor(text: str | None) -> feeds.Cursor:
    if text is None:
        return feeds.Cursor()
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise InvalidAfter
    return feeds.Cursor(int(found[1]), int(found[2]))
