"""Tickets over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from goals import selectors
from goals.models import Contribution
from goals.serializers import ContributionBody, ContributionSerializer, GoalSerializer, ReceiptSerializer
from goals.services import contributions, giving_back, locking
from goals.views.goals import as_answer
from livestream import clock
from livestream.api.bodies import NoBody, caller_id, validated
from livestream.api.filters import refuse_unknown
from livestream.api.idempotency import REPLAYED, keeps_its_own_answers, read_key


class ContributionView(GenericAPIView[Contribution]):
    """Buy tickets of a funding goal; see who did."""

    queryset = Contribution.objects.none()  # for the OpenAPI document; `get` reads those of one goal
    serializer_class = ContributionSerializer
    cursor_ordering = ("created_at", "transfer")

    @extend_schema(operation_id="contribute", request=ContributionBody, responses={201: ReceiptSerializer})
    @keeps_its_own_answers
    def post(self, request: Request, goal_id: str) -> Response:
        """Buy tickets into escrow; a repeat with the same Idempotency-Key pays nothing more.

        The transfer itself is the record of the key, so that a purchase stays one round trip
        to the database, and its receipt can be returned again at any later time. If the price
        is above `max_price`, nothing is bought.
        """
        receipt = contributions.contribute(
            goal_id=goal_id,
            payer_id=caller_id(request),
            now=clock.now(),
            key=read_key(request),
            **validated(request, ContributionBody),
        )
        headers = {REPLAYED: "true"} if receipt.repeated else None
        body = ReceiptSerializer(receipt).data
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(operation_id="list_contributions", responses=ContributionSerializer(many=True))
    def get(self, request: Request, goal_id: str) -> Response:
        """List who bought how many tickets; for the streamer and support."""
        refuse_unknown(request=request, known=frozenset())
        locking.refuse_others_but_support(goal_id=goal_id, user=request.user)
        page = self.paginate_queryset(selectors.contributions_of(goal_id=goal_id))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class GivenBackView(GenericAPIView[Contribution]):
    """Return tickets."""

    serializer_class = GoalSerializer

    @extend_schema(operation_id="give_contribution_back", request=None, responses={200: GoalSerializer})
    def delete(self, request: Request, goal_id: str, transfer_id: str) -> Response:
        """Return one of your own purchases, while the sale is open and not reached.

        Repeating the call changes nothing.
        """
        validated(request, NoBody)
        giving_back.give_back(goal_id=goal_id, transfer_id=transfer_id, caller_id=caller_id(request), now=clock.now())
        return Response(as_answer(selectors.get_goal(goal_id), request))
