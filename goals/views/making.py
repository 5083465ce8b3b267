"""Making the goal that `POST /goals?type=…` names."""

from __future__ import annotations

from typing import Any, assert_never

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework.request import Request

from goals import errors
from goals.bodies import FundingBody, KaraokeBody, ShowBody
from goals.models import Goal
from goals.services import creation
from goals.types import GoalType
from livestream import clock
from livestream.api.bodies import caller_id, validated
from livestream.errors import InvalidParameter
from sessions_app.errors import NotYourSession, SessionNotActive, SessionNotFound


class InvalidGoalType(InvalidParameter):
    """`type` is missing, or is not a type of goal that a streamer creates."""

    code = "invalid_goal_type"
    title = "The parameter `type` names no type of goal that can be created here"
    advice = "Send `funding`, `show` or `karaoke`."


_BODIES: dict[str, Any] = {
    GoalType.FUNDING.value: FundingBody,
    GoalType.SHOW.value: ShowBody,
    GoalType.KARAOKE.value: KaraokeBody,
}
BODIES = PolymorphicProxySerializer(component_name="GoalRequest", serializers=_BODIES, resource_type_field_name=None)
TYPE = OpenApiParameter(
    "type",
    str,
    required=True,
    enum=list(_BODIES),
    description="What to create. It decides which body is read.",
)

REFUSALS = (
    InvalidGoalType,
    NotYourSession,
    SessionNotFound,
    SessionNotActive,
    errors.NotYourGoal,
    errors.GoalNotFound,
    errors.FundingNotClosed,
    errors.FundingNotReached,
    errors.KaraokeAlreadyActive,
    errors.ShorterThanSold,
    errors.ShowAlreadyCreated,
    errors.StageTaken,
    errors.StartsTooLate,
    errors.ExpiryInThePast,
    errors.GoalOfAnotherSession,
    errors.NbfTooFar,
    errors.TicketProductMismatch,
    errors.UnknownTicketProduct,
)


def make(request: Request) -> Goal:
    """Make the goal that the query and the body describe; raises REFUSALS."""
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
