"""Invitations over HTTP (seed 003)."""

from __future__ import annotations

from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from goals import errors, examples
from goals.bodies import InvitationBody
from goals.models import Goal
from goals.serializers import GoalSerializer
from goals.services import inviting
from goals.types import GoalType
from goals.views.goals import as_answer
from livestream import clock
from livestream.api.bodies import caller_id, validated
from livestream.api.idempotency import idempotent
from livestream.api.operations import Tag, operation
from livestream.api.throttles import PAY
from sessions_app.errors import SessionNotActive, SessionNotFound
from wallet.errors import EscrowClosed, InsufficientBalance

_REFUSALS = (
    SessionNotFound,
    SessionNotActive,
    EscrowClosed,
    InsufficientBalance,
    errors.BlockedByStreamer,
    errors.DurationOutOfBounds,
    errors.ExclusiveInProgress,
    errors.LivestreamTriggerQuotaExceeded,
    errors.OwnSession,
    errors.PriceChanged,
    errors.QualityNotOffered,
    errors.ShowInProgress,
    errors.StageTaken,
)
_REQUEST = {"Five minutes for at most 300 coins": examples.INVITATION_BODY}
_TO_1_ON_1 = examples.INVITATION | {"type": "trigger-exclusive", "context": {"type": "trigger-exclusive"}}


class TriggerPrivateView(GenericAPIView[Goal]):
    """POST /sessions/{id}/trigger_private"""

    serializer_class = GoalSerializer
    throttle_scope = PAY

    @operation(
        "trigger_private",
        tag=Tag.INVITATIONS,
        request=InvitationBody,
        answers={202: GoalSerializer},
        errors=_REFUSALS,
        request_examples=_REQUEST,
        answer_examples={"An invitation": examples.INVITATION},
    )
    @idempotent
    def post(self, request: Request, session_id: str) -> Response:
        """Invite a streamer to a private show.

        You pay for `duration` seconds at the price `sd` of the session, and the coins wait in escrow. If there is an
        invitation or a private show already, you join it: from then on, or from the agreement on, you may watch for
        the time that you paid for. Inviting again extends your own time.

        The streamer agrees or declines. Without an answer by `exp`, or after a refusal, everybody is refunded. An
        `exp` outside 30 seconds to 10 minutes from now is changed to the nearer limit. If the price is above
        `max_price`, nothing is paid.
        """
        return _invite(GoalType.TRIGGER_PRIVATE, request, session_id)


class TriggerExclusiveView(GenericAPIView[Goal]):
    """POST /sessions/{id}/trigger_exclusive"""

    serializer_class = GoalSerializer
    throttle_scope = PAY

    @operation(
        "trigger_exclusive",
        tag=Tag.INVITATIONS,
        request=InvitationBody,
        answers={202: GoalSerializer},
        errors=_REFUSALS,
        request_examples=_REQUEST,
        answer_examples={"An invitation": _TO_1_ON_1},
    )
    @idempotent
    def post(self, request: Request, session_id: str) -> Response:
        """Invite a streamer to a 1-on-1.

        You pay for `duration` seconds at the price `exclusive` of the session, and the coins wait in escrow. When the
        streamer agrees, a goal of type `exclusive` is made for you alone. If it is cut short, you pay for the
        performed seconds only.

        Without an answer by `exp`, or after a refusal, you are refunded. An `exp` outside 30 seconds to 10 minutes from
        now is changed to the nearer limit. If the price is above `max_price`, nothing is paid.
        """
        return _invite(GoalType.TRIGGER_EXCLUSIVE, request, session_id)


def _invite(kind: GoalType, request: Request, session_id: str) -> Response:
    goal = inviting.invite(
        kind=kind,
        session_id=session_id,
        viewer_id=caller_id(request),
        now=clock.now(),
        **validated(request, InvitationBody),
    )
    return Response(as_answer(goal, request), status=status.HTTP_202_ACCEPTED)
