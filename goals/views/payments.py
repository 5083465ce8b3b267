"""GET /wallet/payments: what I paid into escrows, and what became of it."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from goals import examples, payments
from goals.filters import PaymentFilter
from goals.payment_serializers import PaymentSerializer
from goals.representation.payments import payment_documents
from livestream.api.answers import answers
from livestream.api.bodies import caller_id
from livestream.api.operations import Tag, operation
from wallet.models import Transfer


class PaymentView(GenericAPIView[Transfer]):
    """A viewer's own payments."""

    serializer_class = PaymentSerializer
    filterset_class = PaymentFilter
    permission_classes = [IsAuthenticated]
    cursor_ordering = ("-created_at", "-transfer_id")

    def get_queryset(self) -> QuerySet[Transfer]:
        return payments.payments_of(user_id=caller_id(self.request))

    @operation(
        "list_payments",
        tag=Tag.WALLET,
        answers={200: PaymentSerializer(many=True)},
        answer_examples={"Tickets of a sale that missed its target": examples.PAYMENTS},
    )
    def get(self, request: Request) -> Response:
        """List what you paid into escrows, and what became of it.

        There is one row for each payment: for tickets, with their `quantity`, or for time with a streamer, with its
        `duration`. What you paid is always what was returned to you, what the streamer got of it, and what is still
        held: `paid` = `returned` + `kept` + `held`. The newest come first.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(answers(PaymentSerializer, payment_documents(page)))
