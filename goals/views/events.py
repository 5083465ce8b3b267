"""GET /events: what happened to me."""

from __future__ import annotations

import re
from functools import partial

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from goals import event_log, examples, representation
from goals.event_serializers import EventPage
from livestream.api.answers import answer
from livestream.api.bodies import caller_id
from livestream.api.operations import Tag, operation
from livestream.api.pagination import LARGEST_PAGE_SIZE, InvalidPageSize, page_of, page_size_of, reference_of
from livestream.errors import InvalidParameter
from livestream.events.epochs import FIRST, current_epoch

PAGE = 100
NOW = "now"
# Cursors of earlier releases have no epoch: they are of the first one.
_CURSOR = re.compile(r"(?:([0-9a-f]{1,8})\.)?([0-9]{1,18})\.([0-9]{1,18})")
_COME_BACK_SECONDS = "5"


class InvalidAfter(InvalidParameter):
    """`after` is no cursor of `GET /events`, lies beyond the end of the log, or is from before a restore."""

    code = "invalid_after"
    title = "`after` is not a valid cursor of `GET /events`"
    advice = "Start again without `after`, or with `after=now`."


class InvalidWait(InvalidParameter):
    """`wait` is not a whole number of seconds from 0 to 30."""

    code = "invalid_wait"
    title = "`wait` must be a whole number of seconds from 0 to 30"
    advice = "Send a whole number from 0 to 30, or leave `wait` out."


_PARAMETERS = [
    OpenApiParameter(
        "after",
        {"type": "string", "pattern": r"^(now|([0-9a-f]{1,8}\.)?[0-9]{1,18}\.[0-9]{1,18})$", "example": "0.817.42"},
        description="A cursor of `GET /events`, or `now`. Without it, reading starts at the first event.",
    ),
    OpenApiParameter(
        "wait",
        {"type": "integer", "minimum": 0, "maximum": event_log.LONGEST_WAIT, "default": 0},
        description="Hold the answer for up to this many seconds, until there is an event. At most two calls of one "
        "user are held at a time. An answer with `Retry-After` was not held: call again after that many seconds.",
    ),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE_SIZE, "default": PAGE},
        description="How many events to answer at most.",
    ),
]


class EventsView(APIView):
    """GET /events?after={cursor}"""

    @operation(
        "read_events",
        tag=Tag.EVENTS,
        parameters=_PARAMETERS,
        answers={200: EventPage},
        errors=(InvalidAfter, InvalidWait, InvalidPageSize),
        answer_examples={"One event": examples.EVENTS},
    )
    def get(self, request: Request) -> Response:
        """Read what happened to your goals and payments.

        These are the events of goals that you run or paid for, and of their money, in the order in which they were
        committed. None is skipped: follow `next` to read on, also where nothing is new yet. With `after=now`, reading
        starts with what happens from now on. With `wait`, an answer without events is held until there is one.

        A cursor names the epoch in which it was answered. After the database was restored from a backup, a new epoch
        begins, and cursors of the previous one are refused with `invalid_after`: the history may have changed.
        """
        size, seconds = page_size_of(request, default=PAGE), _seconds(request.query_params.get("wait", "0"))
        epoch, user_id = current_epoch(), caller_id(request)
        cursor = _cursor(request.query_params.get("after"), epoch)
        read = partial(event_log.events_after, user_id=user_id, cursor=cursor, limit=size + 1)
        found, could_wait = event_log.follow(read, user_id=user_id, seconds=seconds) if seconds else (read(), True)
        page, has_more = found[:size], len(found) > size
        last = event_log.cursor_of(page[-1]) if page else cursor
        following = replace_query_param(reference_of(request), "after", f"{epoch}.{last}")
        results = representation.read_events(
            page, user_id=user_id, cursor_of=lambda record: f"{epoch}.{event_log.cursor_of(record)}"
        )
        body = answer(EventPage, page_of(results, following=following, previous=None, has_more=has_more))
        return Response(body, headers={} if could_wait else {"Retry-After": _COME_BACK_SECONDS})


def _cursor(text: str | None, epoch: str) -> event_log.Cursor:
    if text is None:
        return event_log.Cursor()
    if text == NOW:
        return event_log.end_of_log()
    found = _CURSOR.fullmatch(text)
    if found is None or (found[1] or FIRST) != epoch:
        raise InvalidAfter
    cursor = event_log.Cursor(int(found[2]), int(found[3]))
    if cursor > event_log.end_of_log():  # a reader would miss every event up to the cursor
        raise InvalidAfter
    return cursor


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= event_log.LONGEST_WAIT):
        raise InvalidWait
    return int(text)
