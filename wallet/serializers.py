"""The wallet as JSON, in and out (spec section 3)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from livestream.api.bodies import ClosedSerializer
from livestream.api.declared_above import DeclaredAbove
from livestream.api.fields import (
    CoinsField,
    EnumField,
    EpochDateTimeField,
    ObjectIdSerializerField,
    StrictTextField,
    WholeNumberField,
)
from wallet.models import Earning, Transfer
from wallet.transfer_ids import RESERVED_PREFIXES

LARGEST_DEPOSIT = 10**15


@extend_schema_serializer(component_name="DepositRequest")
class DepositBody(ClosedSerializer):
    """Coins that were paid for outside; `transfer_id` is the payment's own id."""

    user_id = ObjectIdSerializerField()
    amount = CoinsField(max_value=LARGEST_DEPOSIT)
    transfer_id = StrictTextField(max_length=150)

    def validate_transfer_id(self, transfer_id: str) -> str:
        if transfer_id.startswith(RESERVED_PREFIXES):
            raise serializers.ValidationError(_("Only the service itself may name transfers like this."), "reserved")
        return transfer_id


class WalletSerializer(serializers.Serializer[Any]):
    """A user's coins."""

    balance = WholeNumberField(help_text="Coins.")
    version = WholeNumberField(help_text="Grows with each change: of two balances, the one with the higher is newer.")


class TransferSerializer(DeclaredAbove):
    """A movement of coins. A side that is not a user is null."""

    # goals.apps declares `reason`.

    transfer_id = serializers.CharField()
    kind = EnumField("TransferKind", Transfer.Kind.values)
    from_user_id = ObjectIdSerializerField(allow_null=True)
    to_user_id = ObjectIdSerializerField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)
    amount = WholeNumberField(help_text="Coins.")
    tags = serializers.ListField(child=serializers.CharField())
    created_at = EpochDateTimeField()


class EarningSerializer(serializers.Serializer[Earning]):
    """What a streamer earned in one hour through one escrow, in coins."""

    id = ObjectIdSerializerField()
    escrow_id = serializers.CharField()
    hour = EpochDateTimeField()
    amount = WholeNumberField(help_text="Coins.")
    state = EnumField("EarningState", Earning.State.values)
    settled_at = EpochDateTimeField(allow_null=True)
