"""What one viewer paid into escrows, payment by payment, as a query that adds up what became of it (spec section 3)."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Greatest, Least

from goals import escrow_ids
from wallet import transfer_ids
from wallet.models import Escrow, Transfer

_COINS = BigIntegerField()


class PaymentState(StrEnum):
    """Where the coins of a payment are."""

    HELD = "held"
    PAID_OUT = "paid_out"
    REFUNDED = "refunded"
    SPLIT = "split"


class PaymentKind(StrEnum):
    """What was paid for."""

    TICKETS = "tickets"
    PRIVATE = "private"
    EXCLUSIVE = "exclusive"


KINDS = {
    escrow_ids.SHOW_FUNDING: PaymentKind.TICKETS,
    escrow_ids.TRIGGER_PRIVATE: PaymentKind.PRIVATE,
    escrow_ids.TRIGGER_EXCLUSIVE: PaymentKind.EXCLUSIVE,
}


def payments_of(*, user_id: str) -> QuerySet[Transfer]:
    """Return a viewer's payments, with `returned`, `kept`, `held`, `payment_state` and `payment_settled_at`.

    What the payer gets back for the whole escrow is one transfer. It covers the rest of each payment; where
    an earlier release split the escrow, it covers the newest payments first.
    """
    escrow = Escrow.objects.filter(pk=OuterRef("credit_id"))
    paid = Transfer.objects.filter(_of_goals(), debit_id=user_id, kind=Transfer.Kind.HOLD)
    paid = paid.select_related("early_refund").annotate(
        early=_early_part(),
        escrow_state=Subquery(escrow.values("state")),
        escrow_settled_at=Subquery(escrow.values("settled_at")),
        refund=Subquery(_refund().values("amount"), output_field=_COINS),
        refund_at=Subquery(_refund().values("created_at")),
    )
    paid = paid.annotate(returned=F("early") + _returned_at_end())
    settled = Q(escrow_state__in=Escrow.PAID_OUT, escrow_settled_at__isnull=False)
    paid = paid.annotate(kept=Case(When(settled, then=F("amount") - F("returned")), default=0, output_field=_COINS))
    paid = paid.annotate(held=F("amount") - F("returned") - F("kept"))
    return paid.annotate(payment_state=_state(), payment_settled_at=_settled_at())


def _of_goals() -> Q:
    found = Q()
    for kind in KINDS:
        found |= Q(credit__id__startswith=f"{kind}:")
    return found


def _early_part() -> Coalesce:
    return Coalesce(F("early_refund__amount") - F("early_refund__kept"), 0, output_field=_COINS)


def _refund() -> QuerySet[Transfer]:
    """Return the transfer by which the payer was refunded at the end of the escrow."""
    prefix, suffix = transfer_ids.refund_prefix("|").split("|")
    parts = (Value(prefix), OuterRef("credit_id"), Value(suffix), OuterRef("debit_id"))
    return Transfer.objects.filter(pk=Concat(*parts, output_field=CharField()))


def _returned_at_end() -> Case:
    rest = F("amount") - F("early")
    theirs = Transfer.objects.filter(
        credit_id=OuterRef("credit_id"), debit_id=OuterRef("debit_id"), kind=Transfer.Kind.HOLD
    )
    later = theirs.filter(
        Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk"))
    )
    left = later.order_by().values("debit_id").annotate(left=Sum(F("amount") - _early_part())).values("left")
    newer = Coalesce(Subquery(left, output_field=_COINS), 0)
    return Case(
        When(refund=None, then=0),
        When(escrow_state=Escrow.State.REFUNDED, then=rest),
        default=Least(rest, Greatest(F("refund") - newer, 0)),
        output_field=_COINS,
    )


def _state() -> Case:
    return Case(
        When(held__gt=0, then=Value(PaymentState.HELD.value)),
        When(returned=0, then=Value(PaymentState.PAID_OUT.value)),
        When(kept=0, then=Value(PaymentState.REFUNDED.value)),
        default=Value(PaymentState.SPLIT.value),
        output_field=CharField(),
    )


def _settled_at() -> Case:
    return Case(
        When(held__gt=0, then=None),
        When(kept__gt=0, then=F("escrow_settled_at")),
        When(refund_at__isnull=False, then=F("refund_at")),
        default=F("early_refund__created_at"),
        output_field=DateTimeField(),
    )
