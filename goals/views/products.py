"""GET /ticket_products: what tickets there are."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from goals import selectors
from goals.models import TicketProduct
from goals.payment_serializers import TicketProductSerializer
from livestream.api.operations import Tag, operation
from livestream.api.pagination import page_of

_TICKET = {"id": "livestream-show-ticket_200", "type": "show", "price": 200}


class TicketProductView(GenericAPIView[TicketProduct]):
    """Everybody may read the tickets that sales can offer."""

    serializer_class = TicketProductSerializer
    filter_backends = ()
    cursor_ordering = ("price", "id")

    def get_queryset(self) -> QuerySet[TicketProduct]:
        return selectors.ticket_products()

    @operation(
        "list_ticket_products",
        tag=Tag.TICKETS,
        answers={200: TicketProductSerializer(many=True)},
        answer_examples={"One ticket": page_of([_TICKET], following=None, previous=None, has_more=False)},
    )
    def get(self, request: Request) -> Response:
        """List ticket products.

        A streamer chooses one of them for a sale, by its `id` and `type`. `price` is coins a ticket. Cheapest first.
        """
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
