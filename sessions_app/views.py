"""The HTTP endpoints of sessions (spec section 3)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from livestream import cached_views, clock, release
from livestream.api.answers import answer, answers
from livestream.api.bodies import NoBody, caller_id, validated
from livestream.api.etags import answer_public, etag_of
from livestream.api.idempotency import idempotent
from livestream.api.operations import Tag, operation
from livestream.api.pagination import link_of, page_of, page_size_of
from livestream.models import User
from livestream.storage.keyset import Cursor, first_page
from sessions_app import errors, examples, feed_goals, representation, selectors
from sessions_app.filters import FeedFilter, SessionFilter
from sessions_app.models import FeedEntry, Session
from sessions_app.serializers import FeedEntrySerializer, SessionBody, SessionSerializer
from sessions_app.services import ending, opening

_OF_STREAMER = (errors.NotYourSession, errors.SessionNotFound, errors.SessionNotActive)


class SessionViewSet(GenericViewSet[Session]):
    """Everybody may look at sessions; only the streamer may do something to one."""

    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    cursor_ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Session]:
        return selectors.sessions()

    @operation(
        "list_sessions",
        tag=Tag.SESSIONS,
        answers={200: SessionSerializer(many=True)},
        answer_examples={"A live session": examples.SESSIONS},
    )
    def list(self, request: Request) -> Response:
        """List sessions.

        The newest come first. Filters are combined.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        documents = [representation.session_for(session, viewer=_viewer(request)) for session in page]
        return self.get_paginated_response(answers(SessionSerializer, documents))

    @operation(
        "read_session",
        tag=Tag.SESSIONS,
        answers={200: SessionSerializer},
        errors=(errors.SessionNotFound,),
        answer_examples={"A live session": examples.LIVE},
    )
    def retrieve(self, request: Request, session_id: str) -> Response | HttpResponse:
        """Read a session.

        It names its goals: shows with the sales that pay for them, invitations, 1-on-1s and the karaoke.
        """
        state, viewer = selectors.session_state(session_id=session_id), cast("User", request.user)
        seen = representation.cached_session(state)
        sees_more = viewer.is_staff or viewer.pk == state.streamer_id or viewer.pk in seen["concerned"]
        if seen["concerned"] and sees_more:
            return self._answer(session_id)
        return answer_public(request, etag_of(seen["digest"]), lambda: answer(SessionSerializer, seen["document"]))

    @operation(
        "open_session",
        tag=Tag.SESSIONS,
        request=SessionBody,
        answers={201: SessionSerializer},
        errors=(errors.SessionAlreadyActive,),
        request_examples={"A session with prices": examples.BODY},
        answer_examples={"The new session": examples.OPENED},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Open a session.

        A session is one broadcast, and you can have one active session at a time. `prices` are coins a minute, `sd`
        for private shows and `exclusive` for 1-on-1s; what has no price is not offered. The session goes live with
        `POST /sessions/{session_id}/start`.
        """
        body = validated(request, SessionBody)
        session = opening.open_session(streamer_id=caller_id(request), now=clock.now(), **body)
        return self._answer(session.id, status.HTTP_201_CREATED)

    @operation(
        "change_session",
        tag=Tag.SESSIONS,
        request=SessionBody,
        answers={200: SessionSerializer},
        errors=_OF_STREAMER,
        request_examples={"Another price": {"prices": {"sd": 80, "exclusive": 120}}},
        answer_examples={"The session": examples.LIVE | {"prices": {"sd": 80, "exclusive": 120}}},
    )
    @idempotent
    def partial_update(self, request: Request, session_id: str) -> Response:
        """Change a session.

        Changes its title, preset or prices. Prices are replaced as a whole. An invitation keeps the price that it was
        made with.
        """
        body = validated(request, SessionBody)
        opening.change_session(session_id=session_id, caller_id=caller_id(request), changes=body)
        return self._answer(session_id)

    @operation(
        "start_session",
        tag=Tag.SESSIONS,
        request=NoBody,
        answers={200: SessionSerializer},
        errors=(*_OF_STREAMER, errors.SessionAlreadyStarted),
        answer_examples={"The live session": examples.LIVE},
    )
    @idempotent
    def start(self, request: Request, session_id: str) -> Response:
        """Go live.

        The session appears in the feed.
        """
        validated(request, NoBody)
        opening.start_session(session_id=session_id, caller_id=caller_id(request), now=clock.now())
        return self._answer(session_id)

    @operation(
        "end_session",
        tag=Tag.SESSIONS,
        request=NoBody,
        answers={200: SessionSerializer},
        errors=(errors.NotYourSession, errors.SessionNotFound),
        answer_examples={"The ended session": examples.ENDED},
    )
    @idempotent
    def deactivate_session(self, request: Request, session_id: str) -> Response:
        """End a session.

        No ticket is sold from then on, and its goals end. A show that is running may be finished within five minutes.
        A second call changes nothing, and gets the same answer.
        """
        validated(request, NoBody)
        ending.end_session(session_id=session_id, caller_id=caller_id(request), now=clock.now())
        return self._answer(session_id)

    def _answer(self, session_id: str, code: int = status.HTTP_200_OK) -> Response:
        """Answer with the session as it now stands in the database."""
        session = selectors.get_session(session_id=session_id)
        document = representation.session_for(session, viewer=_viewer(self.request))
        return Response(answer(SessionSerializer, document), status=code)


class FeedViewSet(GenericViewSet[FeedEntry]):
    """The stored feed, which everybody may read."""

    serializer_class = FeedEntrySerializer
    filterset_class = FeedFilter
    cursor_ordering = ("-started_at", "-id")

    def get_queryset(self) -> QuerySet[FeedEntry]:
        return selectors.feed()

    @operation(
        "list_feed",
        tag=Tag.SESSIONS,
        answers={200: FeedEntrySerializer(many=True)},
        answer_examples={"A live session": examples.FEED},
    )
    def list(self, request: Request) -> Response | HttpResponse:
        """List who is live.

        Live sessions with their current goals. Those that went live last come first. A session that has just gone
        live, and a goal that has just been created, appear a moment later; all else is as current as in other answers.
        """
        if "cursor" in request.query_params or "streamer" in request.query_params:
            page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
            return self._answer(page)
        limit = page_size_of(request) + 1
        state = feed_goals.state_of_feed(limit=limit)
        etag = etag_of("feed", limit, state, request.query_params.urlencode())
        # When a session starts and ends, the state is again what it was before. A page that shows the session must not
        # be kept under that state.
        is_current = functools.cache(lambda: feed_goals.state_of_feed(limit=limit) == state)
        return answer_public(request, etag, lambda: self._first_page(limit, state, is_current), is_current=is_current)

    def _first_page(self, limit: int, state: object, is_current: Callable[[], bool]) -> dict[str, Any]:
        key = f"feed:{release.fingerprint(limit, state)}"  # without the query string, whose variants are unlimited
        results, cursor = cached_views.kept(key=key, build=lambda: _read_first_page(limit), is_current=is_current)
        following = link_of(self.request, cursor)
        return page_of(results, following=following, previous=None, has_more=following is not None)

    def _answer(self, page: Sequence[FeedEntry]) -> Response:
        entries = representation.feed_entries(page)
        return self.get_paginated_response(answers(FeedEntrySerializer, entries))


def _read_first_page(limit: int) -> tuple[list[dict[str, Any]], Cursor | None]:
    page = first_page(found=selectors.first_of_feed(limit=limit), ordering=FeedViewSet.cursor_ordering, size=limit - 1)
    return answers(FeedEntrySerializer, representation.feed_entries(page.rows)), page.next


def _viewer(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None
