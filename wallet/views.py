"""The HTTP endpoints of the wallet: your own coins, and deposits by the payment provider."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from livestream import clock
from livestream.api.answers import answer
from livestream.api.bodies import caller_id, validated
from livestream.api.idempotency import idempotent
from livestream.api.operations import Tag, operation
from wallet import examples, selectors
from wallet.errors import AmountTooLarge, TransferConflict, UnknownUser
from wallet.filters import EarningFilter, TransferFilter
from wallet.models import Earning, Transfer
from wallet.representation import with_reasons
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
    filterset_class = TransferFilter
    permission_classes = [IsAuthenticated]
    cursor_ordering = ("-created_at", "-transfer_id")

    def get_queryset(self) -> QuerySet[Transfer]:
        return selectors.transfers_of(user_id=caller_id(self.request))

    @operation(
        "read_wallet",
        tag=Tag.WALLET,
        answers={200: WalletSerializer},
        answer_examples={"A viewer": examples.WALLET},
    )
    def retrieve(self, request: Request) -> Response:
        """Read your own balance.

        What you paid into escrow is not part of it.
        """
        return Response(answer(WalletSerializer, asdict(selectors.wallet_of(user_id=caller_id(request)))))

    @operation(
        "list_transfers",
        tag=Tag.WALLET,
        answers={200: TransferSerializer(many=True)},
        answer_examples={"A purchase and a deposit": examples.TRANSFERS},
    )
    def list(self, request: Request) -> Response:
        """List your own transfers.

        The newest come first. Each that came out of an escrow has its `reason`.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(self.get_serializer(with_reasons(page), many=True).data)


class EarningViewSet(GenericViewSet[Earning]):
    """What a streamer has earned."""

    serializer_class = EarningSerializer
    filterset_class = EarningFilter
    permission_classes = [IsAuthenticated]
    cursor_ordering = ("-hour", "-id")

    def get_queryset(self) -> QuerySet[Earning]:
        return selectors.earnings_of(user_id=caller_id(self.request))

    @operation(
        "list_earnings",
        tag=Tag.WALLET,
        answers={200: EarningSerializer(many=True)},
        answer_examples={"A show that was performed": examples.EARNINGS},
    )
    def list(self, request: Request) -> Response:
        """List your own earnings.

        There is one earning for each hour and escrow: pending while the money waits, then settled or refunded. The
        newest come first.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class DepositViewSet(GenericViewSet[Transfer]):
    """Coins that were paid for outside; for the payment provider, and staff who may deposit."""

    serializer_class = TransferSerializer
    permission_classes = [MayDeposit]
    # Payments arrive as fast as they are made; the permission says who may report them.
    throttle_classes = ()

    @operation(
        "deposit",
        tag=Tag.WALLET,
        request=DepositBody,
        answers={201: TransferSerializer},
        errors=(AmountTooLarge, TransferConflict, UnknownUser),
        request_examples={"A payment": examples.DEPOSIT_BODY},
        answer_examples={"The transfer": examples.DEPOSIT},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Credit a user.

        For the payment provider, and for staff who may do so. The coins are credited once for each `transfer_id`: a
        repeat gets the first transfer.
        """
        body: dict[str, Any] = validated(request, DepositBody)
        made, _ = transfers.deposit(now=clock.now(), **body)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)
