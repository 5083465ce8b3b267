"""The wallet as JSON, in and out (spec section 3)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from livestream.api.bodies import ClosedSerializer
from livestream.api.fields import (
    CoinsField,
    EpochDateTimeField,
    ObjectIdSerializerField,
    StrictTextField,
)
from wallet.models import Account, Earning, Transfer
from wallet.transfer_ids import RESERVED_PREFIXES

LARGEST_DEPOSIT = 10**15


class DepositBody(ClosedSerializer):
    """Coins that were paid for outside; `transfer_id` is the payment's own id."""

    user_id = ObjectIdSerializerField()
    amount = CoinsField(max_value=LARGEST_DEPOSIT)
    transfer_id = StrictTextField(max_length=150)

    def validate_transfer_id(self, transfer_id: str) -> str:
        if transfer_id.startswith(RESERVED_PREFIXES):
            raise serializers.ValidationError(_("The service itself names transfers like this."), "reserved")
        return transfer_id


class WalletSerializer(serializers.Serializer[Any]):
    """A user's coins."""

    balance = serializers.IntegerField()


class TransferSerializer(serializers.Serializer[Transfer]):
    """A movement of coins; an end that is no user is null."""

    transfer_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Transfer.Kind.choices)
    from_user_id = ObjectIdSerializerField(allow_null=True)
    to_user_id = ObjectIdSerializerField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)
    amount = serializers.IntegerField()
    tags = serializers.ListField(child=serializers.CharField())
    created_at = EpochDateTimeField()

    def to_representation(self, instance: Transfer) -> dict[str, Any]:
        debit, credit = instance.debit, instance.credit
        return {
            "transfer_id": instance.transfer_id,
            "kind": instance.kind,
            "from_user_id": _id_if(debit, Account.Kind.USER),
            "to_user_id": _id_if(credit, Account.Kind.USER),
            "escrow_id": _id_if(credit, Account.Kind.ESCROW) or _id_if(debit, Account.Kind.ESCROW),
            "amount": instance.amount,
            "tags": instance.tags,
            "created_at": int(instance.created_at.timestamp()),
        }


class EarningSerializer(serializers.Serializer[Earning]):
    """What a streamer earned in one hour through one escrow, in coins."""

    id = ObjectIdSerializerField()
    escrow_id = serializers.CharField()
    hour = EpochDateTimeField()
    amount = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Earning.State.choices)
    settled_at = EpochDateTimeField(allow_null=True)


def _id_if(account: Account, kind: str) -> str | None:
    return account.id if account.kind == kind else None
