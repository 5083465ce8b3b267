"""Goals over HTTP: list, read, create by type, end (spec section 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never, cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from goals import representation, selectors
from goals.event_serializers import GoalEventSerializer
from goals.filters import GoalFilter
from goals.models import Goal
from goals.serializers import EndBody, FundingBody, GoalSerializer, KaraokeBody, ShowBody
from goals.services import answering, creation, leaving, locking
from goals.types import GoalType
from livestream import clock, context
from livestream.api.answers import answer, answers
from livestream.api.bodies import caller_id, validated
from livestream.api.filters import refuse_unknown
from livestream.errors import InvalidParameter
from livestream.models import User


class InvalidGoalType(InvalidParameter):
    code = "invalid_goal_type"
    title = "The parameter `type` names no type of goal that can be created here"


_BODIES = PolymorphicProxySerializer(
    component_name="GoalBody",
    serializers={GoalType.FUNDING: FundingBody, GoalType.SHOW: ShowBody, GoalType.KARAOKE: KaraokeBody},
    resource_type_field_name=None,
)
# What `agree` in the body of DELETE means; without it, the streamer ends the goal, and a payer withdraws.
_ENDINGS: dict[bool | None, Callable[..., Any]] = {
    True: answering.agree,
    False: answering.disagree,
    None: leaving.end_or_withdraw,
}
_CREATED_BY_STREAMERS = (GoalType.FUNDING, GoalType.SHOW, GoalType.KARAOKE)
_TYPE = OpenApiParameter("type", str, required=True, enum=[each.value for each in _CREATED_BY_STREAMERS])


class GoalViewSet(GenericViewSet[Goal]):
    """Everybody may read goals. Streamers create and end them; payers can take an invitation back."""

    serializer_class = GoalSerializer
    filterset_class = GoalFilter
    cursor_ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Goal]:
        return selectors.goals()

    @extend_schema(operation_id="list_goals")
    def list(self, request: Request) -> Response:
        """List goals, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        user = cast("User", request.user)
        documents = representation.goals_for(page or [], user_id=user.pk, is_staff=user.is_staff)
        return self.get_paginated_response(answers(GoalSerializer, documents))

    @extend_schema(operation_id="read_goal")
    def retrieve(self, request: Request, goal_id: str) -> Response:
        """Read one goal; tickets bought a moment ago are in its progress."""
        return self._answer(goal_id)

    @extend_schema(
        operation_id="create_goal",
        request=_BODIES,
        responses={201: GoalSerializer},
        parameters=[_TYPE],
    )
    def create(self, request: Request) -> Response:
        """Create the goal that `type` names; each type has a body of its own."""
        refuse_unknown(request=request, known=frozenset({"type"}))
        return self._answer(_make(request).id, status.HTTP_201_CREATED)

    @extend_schema(operation_id="end_goal", request=EndBody, responses={200: GoalSerializer})
    def deactivate_goal(self, request: Request, goal_id: str) -> Response:
        """Agree to an invitation or decline it, end a goal, or take an unanswered invitation back (seed 001).

        A reached sale can be called off until its show starts: everybody is refunded, and a show that
        is only scheduled ends with it. While it is not certain yet whether a performance has reached its
        target, the goal stays active, and some seconds later it completes or ends.
        """
        end = _ENDINGS[validated(request, EndBody).get("agree")]
        end(
            goal_id=goal_id,
            caller_id=caller_id(request),
            triggerer=context.client_id() or None,
            now=clock.now(),
        )
        return self._answer(goal_id)

    @extend_schema(operation_id="list_goal_events", responses=GoalEventSerializer(many=True))
    def events(self, request: Request, goal_id: str) -> Response:
        """List what happened to a goal, newest last; for its streamer and support."""
        refuse_unknown(request=request, known=frozenset())
        locking.refuse_others_but_support(goal_id=goal_id, user=request.user)
        events: Any = selectors.events_of(goal_id=goal_id)
        page = self.paginate_queryset(events)
        documents = [representation.event_document(record) for record in page or []]
        return self.get_paginated_response(answers(GoalEventSerializer, documents))

    def _answer(self, goal_id: str, code: int = status.HTTP_200_OK) -> Response:
        return Response(as_answer(selectors.get_goal(goal_id), self.request), status=code)


def as_answer(goal: Goal, request: Request) -> dict[str, Any]:
    """Return the goal as the user of the request is answered it."""
    user = cast("User", request.user)
    document = representation.goal_for(goal, user_id=user.pk, is_staff=user.is_staff)
    return answer(GoalSerializer, document)


def _make(request: Request) -> Goal:
    asked = request.query_params.get("type", "")
    if asked not in list(GoalType):
        raise InvalidGoalType
    match kind := GoalType(asked):
        case GoalType.FUNDING:
            return _make_funding(request)
        case GoalType.SHOW:
            return _make_show(request)
        case GoalType.KARAOKE:
            return _make_karaoke(request)
        case GoalType.TRIGGER_PRIVATE | GoalType.TRIGGER_EXCLUSIVE | GoalType.EXCLUSIVE:
            raise InvalidGoalType  # a viewer's invitation makes these
        case _:
            assert_never(kind)


def _make_funding(request: Request) -> Goal:
    body = validated(request, FundingBody)
    body |= body.pop("terms")
    return creation.create_funding_goal(
        streamer_id=caller_id(request),
        now=clock.now(),
        **_flat(body),
    )


def _make_show(request: Request) -> Goal:
    body = validated(request, ShowBody)
    return creation.create_show_goal(streamer_id=caller_id(request), now=clock.now(), **({"nbf": None} | _flat(body)))


def _make_karaoke(request: Request) -> Goal:
    body = {"nbf": None} | validated(request, KaraokeBody)
    body["levels"] = [dict(level) for level in body["levels"]]
    return creation.create_karaoke_goal(streamer_id=caller_id(request), now=clock.now(), **body)


def _flat(body: dict[str, Any]) -> dict[str, Any]:
    about = dict(body.pop("context"))
    levels = [dict(level) for level in body.pop("levels")]
    return body | about | {"levels": levels}
