"""Invitations over HTTP (seed 003)."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from goals.models import Goal
from goals.serializers import GoalSerializer, InvitationBody
from goals.services import inviting
from goals.types import GoalType
from livestream import clock
from livestream.api.bodies import caller_id, validated
from livestream.api.idempotency import idempotent


class InvitationView(GenericAPIView[Goal]):
    """Invites a streamer, or joins an ongoing invitation, and pays for it."""

    serializer_class = GoalSerializer
    kind: ClassVar[GoalType]

    @idempotent
    def post(self, request: Request, session_id: str) -> Response:
        """Answer 202 with the goal; 403 and 429 in the order of seed 003."""
        goal = inviting.invite(
            kind=self.kind,
            session_id=session_id,
            viewer_id=caller_id(request),
            now=clock.now(),
            **validated(request, InvitationBody),
        )
        return Response(self.get_serializer(goal).data, status=status.HTTP_202_ACCEPTED)


@extend_schema_view(
    post=extend_schema(operation_id="trigger_private", request=InvitationBody, responses={202: GoalSerializer})
)
class TriggerPrivateView(InvitationView):
    """POST /sessions/{id}/trigger_private"""

    kind = GoalType.TRIGGER_PRIVATE


@extend_schema_view(
    post=extend_schema(operation_id="trigger_exclusive", request=InvitationBody, responses={202: GoalSerializer})
)
class TriggerExclusiveView(InvitationView):
    """POST /sessions/{id}/trigger_exclusive"""

    kind = GoalType.TRIGGER_EXCLUSIVE
