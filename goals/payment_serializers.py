"""What is bought and paid as it is answered: tickets, receipts and payments into escrow (spec section 3)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from goals import escrow_ids
from goals.endings import EndedBecause
from goals.models import Contribution, TicketProduct
from goals.payments import PaymentKind, PaymentState
from goals.types import GoalType
from livestream.api.fields import EnumField, EpochDateTimeField, EpochField, ObjectIdSerializerField, WholeNumberField

OF_TRANSFERS = "Why the coins came out of the escrow; null for a deposit, and for what you pay into an escrow."


def payment_reason_field(*, help_text: str) -> EnumField:
    """Declare why coins came out of an escrow; null while or where they did not."""
    return EnumField("PaymentReason", EndedBecause, allow_null=True, help_text=help_text)


class ReceiptTransfer(serializers.Serializer[Any]):
    """The movement of coins that a purchase was."""

    transfer_id = serializers.CharField()
    from_user_id = ObjectIdSerializerField(source="payer_id")
    to_user_id = serializers.SerializerMethodField()
    amount = WholeNumberField()
    escrow_id = serializers.SerializerMethodField()
    created_at = EpochDateTimeField()

    def get_escrow_id(self, receipt: Any) -> str:
        return escrow_ids.show_funding(receipt.goal_id)

    def get_to_user_id(self, _receipt: Any) -> str | None:
        return None  # the coins lie in escrow: nobody has them yet


class ReceiptSerializer(serializers.Serializer[Any]):
    """What a buyer is answered."""

    transfer = ReceiptTransfer(source="*")
    goal_id = ObjectIdSerializerField()
    quantity = WholeNumberField()
    progress = WholeNumberField(
        help_text="Coins that the sale has collected, including everything that this buyer bought. Other buyers' most "
        "recent purchases may be missing. To show the sale's progress, use `progress` of the goal."
    )


class TicketProductSerializer(serializers.Serializer[TicketProduct]):
    """A kind of ticket; `price` is coins a ticket."""

    id = serializers.CharField()
    type = serializers.CharField()
    price = WholeNumberField()


class ContributionSerializer(serializers.Serializer[Contribution]):
    """A purchase, for the streamer and support."""

    transfer_id = serializers.CharField()
    user_id = ObjectIdSerializerField(source="payer_id")
    user_name = serializers.CharField(source="payer.public_name")
    quantity = WholeNumberField()
    amount = WholeNumberField()
    returned = WholeNumberField(help_text="Coins that were refunded before the escrow was settled.")
    created_at = EpochDateTimeField()


class PaymentGoal(serializers.Serializer[Any]):
    """The goal that a payment was for: the sale, or the invitation."""

    id = ObjectIdSerializerField()
    type = EnumField("GoalType", GoalType)
    title = serializers.CharField(help_text="Of the sale's first level, or of the session that was invited into.")


class PaymentSerializer(serializers.Serializer[Any]):
    """A payment into an escrow: `paid` = `returned` + `kept` + `held`, in coins."""

    transfer_id = serializers.CharField(help_text="The transfer that paid, as in `GET /wallet/transfers`.")
    kind = EnumField("PaymentKind", PaymentKind)
    goal = PaymentGoal()
    streamer_id = ObjectIdSerializerField()
    streamer_name = serializers.CharField()
    quantity = WholeNumberField(allow_null=True, help_text="Tickets; null for time with a streamer.")
    duration = WholeNumberField(allow_null=True, help_text="Seconds with a streamer; null for tickets.")
    performed = WholeNumberField(
        allow_null=True,
        help_text="Seconds of `duration` that were performed, if the payment was settled by the second. Then `kept` is "
        "`paid` times `performed` divided by `duration`, rounded down. It may be 0 or all of `duration`. Null if the "
        "payment is still held, or was paid out or refunded as a whole.",
    )
    paid = WholeNumberField()
    returned = WholeNumberField(help_text="What came back to you.")
    kept = WholeNumberField(help_text="What the streamer was paid of it.")
    held = WholeNumberField(help_text="What is still in escrow.")
    state = EnumField("PaymentState", PaymentState)
    reason = payment_reason_field(help_text="Why the payment was refunded or paid out; null while all of it is held.")
    created_at = EpochField()
    settled_at = EpochField(allow_null=True, help_text="When nothing of it was held any more; null before.")
