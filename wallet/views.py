"""The HTTP endpoints of the wallet: your own coins, and deposits by the payment provider."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from livestream import clock
from livestream.api.bodies import caller_id, validated
from livestream.api.filters import refuse_unknown
from livestream.api.idempotency import idempotent
from wallet import selectors
from wallet.models import Earning, Transfer
from wallet.serializers import (
    DepositBody,
    EarningSerializer,
    TransferSerializer,
    WalletSerializer,
)
from wallet.services import transfers


class MayDeposit(BasePermission):
    """Lets in whom a group, such as `support-lead`, permits to deposit."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm("wallet.deposit")


class WalletViewSet(GenericViewSet[Transfer]):
    """A user's balance and own movements."""

    serializer_class = TransferSerializer
    permission_classes = [IsAuthenticated]
    cursor_ordering = ("-created_at", "-transfer_id")

    def get_queryset(self) -> QuerySet[Transfer]:
        return selectors.transfers_of(user_id=caller_id(self.request))

    @extend_schema(operation_id="read_wallet", responses=WalletSerializer)
    def retrieve(self, request: Request) -> Response:
        """Read your own balance."""
        refuse_unknown(request=request, known=frozenset())
        balance = selectors.balance_of(user_id=caller_id(request))
        return Response(WalletSerializer({"balance": balance}).data)

    @extend_schema(operation_id="list_transfers")
    def list(self, request: Request) -> Response:
        """List your own movements, newest first."""
        refuse_unknown(request=request, known=frozenset())
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class EarningViewSet(GenericViewSet[Earning]):
    """What a streamer has earned."""

    serializer_class = EarningSerializer
    permission_classes = [IsAuthenticated]
    cursor_ordering = ("-hour", "-id")

    def get_queryset(self) -> QuerySet[Earning]:
        return selectors.earnings_of(user_id=caller_id(self.request))

    @extend_schema(operation_id="list_earnings")
    def list(self, request: Request) -> Response:
        """List your own earnings, newest first."""
        refuse_unknown(request=request, known=frozenset())
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class DepositViewSet(GenericViewSet[Transfer]):
    """Coins that were paid for outside; for the payment provider, and staff who may deposit."""

    serializer_class = TransferSerializer
    permission_classes = [MayDeposit]

    @extend_schema(operation_id="deposit", request=DepositBody, responses={201: TransferSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Credit a user, once for each `transfer_id`; 409 where it moved something else."""
        body: dict[str, Any] = validated(request, DepositBody)
        made, _ = transfers.deposit(now=clock.now(), **body)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)
