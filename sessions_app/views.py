"""The HTTP endpoints of sessions (spec section 3)."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from livestream import clock
from livestream.api.answers import answer, answers
from livestream.api.bodies import NoBody, caller_id, validated
from livestream.models import User
from sessions_app import representation, selectors
from sessions_app.filters import SessionFilter
from sessions_app.models import FeedEntry, Session
from sessions_app.serializers import FeedEntrySerializer, SessionBody, SessionSerializer
from sessions_app.services import ending, opening


class SessionViewSet(GenericViewSet[Session]):
    """Everybody may look at sessions; only the streamer may do something to one."""

    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    cursor_ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Session]:
        return selectors.sessions()

    @extend_schema(operation_id="list_sessions")
    def list(self, request: Request) -> Response:
        """List sessions, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        documents = [representation.session_for(session, viewer=_viewer(request)) for session in page]
        return self.get_paginated_response(answers(SessionSerializer, documents))

    @extend_schema(operation_id="read_session")
    def retrieve(self, request: Request, session_id: str) -> Response:
        """Read one session."""
        return self._answer(session_id)

    @extend_schema(operation_id="open_session", request=SessionBody, responses={201: SessionSerializer})
    def create(self, request: Request) -> Response:
        """Open a session; 409 `session_already_active` while another one is."""
        body = validated(request, SessionBody)
        session = opening.open_session(streamer_id=caller_id(request), now=clock.now(), **body)
        return self._answer(session.id, status.HTTP_201_CREATED)

    @extend_schema(operation_id="change_session", request=SessionBody)
    def partial_update(self, request: Request, session_id: str) -> Response:
        """Change title, preset or prices; prices are replaced as a whole."""
        body = validated(request, SessionBody)
        opening.change_session(session_id=session_id, caller_id=caller_id(request), changes=body)
        return self._answer(session_id)

    @extend_schema(operation_id="start_session", request=None)
    def start(self, request: Request, session_id: str) -> Response:
        """Go live; 409 where the session has been started, or is over."""
        validated(request, NoBody)
        opening.start_session(session_id=session_id, caller_id=caller_id(request), now=clock.now())
        return self._answer(session_id)

    @extend_schema(operation_id="end_session", responses={200: SessionSerializer})
    def deactivate_session(self, request: Request, session_id: str) -> Response:
        """End a session (seed 000); a second call does nothing, and answers the same."""
        validated(request, NoBody)
        ending.end_session(session_id=session_id, caller_id=caller_id(request))
        return self._answer(session_id)

    def _answer(self, session_id: str, code: int = status.HTTP_200_OK) -> Response:
        """Answer with the session as it now stands in the database."""
        session = selectors.get_session(session_id=session_id)
        document = representation.session_for(session, viewer=_viewer(self.request))
        return Response(answer(SessionSerializer, document), status=code)


class FeedViewSet(GenericViewSet[FeedEntry]):
    """The stored feed, which everybody may read."""

    serializer_class = FeedEntrySerializer
    cursor_ordering = ("-started_at", "-id")

    def get_queryset(self) -> QuerySet[FeedEntry]:
        return selectors.feed()

    @extend_schema(operation_id="list_feed")
    def list(self, request: Request) -> Response:
        """List live sessions with their current goals, those that went live last first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        entries = representation.feed_entries(page)
        return self.get_paginated_response(answers(FeedEntrySerializer, entries))


def _viewer(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None
