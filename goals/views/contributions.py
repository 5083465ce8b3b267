"""Tickets over HTTP."""

from __future__ import annotations

from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from goals import errors, examples, selectors
from goals.bodies import ContributionBody
from goals.models import Contribution
from goals.payment_serializers import ContributionSerializer, ReceiptSerializer
from goals.serializers import GoalSerializer
from goals.services import contributions, giving_back, locking
from goals.views.goals import as_answer
from livestream import clock
from livestream.api.answers import answer
from livestream.api.bodies import NoBody, caller_id, validated
from livestream.api.idempotency import REPLAYED, idempotent, keeps_its_own_answers, read_key
from livestream.api.operations import Tag, operation
from livestream.api.throttles import PAY
from wallet.errors import EscrowClosed, InsufficientBalance


class ContributionView(GenericAPIView[Contribution]):
    """Buy tickets of a funding goal; see who did."""

    queryset = Contribution.objects.none()  # for the OpenAPI document; `get` reads those of one goal
    serializer_class = ContributionSerializer
    throttle_scope = {"POST": PAY}
    cursor_ordering = ("created_at", "transfer")

    @operation(
        "contribute",
        tag=Tag.TICKETS,
        request=ContributionBody,
        answers={201: ReceiptSerializer},
        errors=(
            errors.GoalNotFound,
            errors.NotForSale,
            errors.OwnGoal,
            errors.BlockedByStreamer,
            errors.PriceChanged,
            EscrowClosed,
            InsufficientBalance,
        ),
        request_examples={"Two tickets for at most 400 coins": {"quantity": 2, "max_price": 400}},
        answer_examples={"Two tickets": examples.RECEIPT},
    )
    @keeps_its_own_answers
    def post(self, request: Request, goal_id: str) -> Response:
        """Buy tickets of a sale.

        The coins wait in escrow. They are paid out when the show has been performed, and refunded in full when it has
        not. `terms` of the goal say what a ticket costs and what is promised. If the tickets cost more than
        `max_price` in total, nothing is bought.

        A repeat with the same `Idempotency-Key` pays nothing more and gets the same receipt, also after 24 hours.
        """
        # The transfer itself is the record of the key, so that a purchase stays one call of the database.
        receipt = contributions.contribute(
            goal_id=goal_id,
            payer_id=caller_id(request),
            now=clock.now(),
            key=read_key(request),
            **validated(request, ContributionBody),
        )
        headers = {REPLAYED: "true"} if receipt.repeated else None
        return Response(answer(ReceiptSerializer, receipt), status=status.HTTP_201_CREATED, headers=headers)

    @operation(
        "list_contributions",
        tag=Tag.TICKETS,
        answers={200: ContributionSerializer(many=True)},
        errors=(errors.GoalNotFound, errors.NotYourGoal),
        answer_examples={"One purchase": examples.CONTRIBUTIONS},
    )
    def get(self, request: Request, goal_id: str) -> Response:
        """List who bought tickets.

        The oldest purchases come first. Only the streamer of the sale and support may read them.
        """
        locking.refuse_others_but_support(goal_id=goal_id, user=request.user)
        page = self.paginate_queryset(selectors.contributions_of(goal_id=goal_id))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ReturnTicketsView(GenericAPIView[Contribution]):
    """Return tickets."""

    serializer_class = GoalSerializer

    @operation(
        "return_tickets",
        tag=Tag.TICKETS,
        request=NoBody,
        answers={200: GoalSerializer},
        errors=(
            errors.ContributionNotFound,
            errors.NotYourContribution,
            errors.GoalNotFound,
            errors.GoalNotActive,
            errors.SaleReached,
        ),
        answer_examples={"The sale without the tickets": examples.SALE | {"progress": 0, "version": 4}},
    )
    @idempotent
    def delete(self, request: Request, goal_id: str, transfer_id: str) -> Response:
        """Return tickets.

        Returns one of your own purchases, and refunds it in full. It is possible while the sale is open and has not
        reached its target. Repeating the call changes nothing.
        """
        validated(request, NoBody)
        giving_back.give_back(goal_id=goal_id, transfer_id=transfer_id, caller_id=caller_id(request), now=clock.now())
        return Response(as_answer(selectors.get_goal(goal_id), request))
