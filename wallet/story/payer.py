"""The section of one payer: the user's coins in an escrow."""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from livestream.models import User
from livestream.story import Entry, Kind, RowRef, Section, Subject, payer_section
from livestream.story.formatting import coins, moment
from livestream.users import names_of
from wallet.models import Escrow, Transfer
from wallet.story.money import HOLD, OUT, reasons_of
from wallet.story.sentences import what_became_of

_MAX_TRANSFERS = 50
_TITLES = {HOLD: "Paid in", Transfer.Kind.PAYOUT: "Was paid out", Transfer.Kind.REFUND: "Was given back"}


@payer_section
def payments_of_payer(subject: Subject, user: User) -> Section:
    """Return what a user paid into the escrow and what became of it, with the transfers."""
    escrow = Escrow.objects.filter(pk=subject.escrow_id).first() if subject.escrow_id else None
    if escrow is None:
        return Section(headline=f"There is no escrow here, so {user.username} paid nothing.")
    came = Transfer.objects.filter(credit_id=escrow.pk, debit_id=user.pk, kind=HOLD)
    went = Transfer.objects.filter(debit_id=escrow.pk, credit_id=user.pk, kind__in=OUT)
    paid = came.aggregate(coins=Sum("amount"))["coins"] or 0
    moved = went.aggregate(coins=Sum("amount"))["coins"] or 0
    found = _first(went)
    reasons = reasons_of(found)
    return Section(
        entries=[_entry(each, reasons.get(each.pk)) for each in [*_first(came), *found]],
        headline=_sentence(escrow, user, paid, moved, found),
    )


def _first(rows: QuerySet[Transfer]) -> list[Transfer]:
    return list(rows.order_by("created_at", "pk")[:_MAX_TRANSFERS])


def _sentence(escrow: Escrow, user: User, paid: int, moved: int, found: list[Transfer]) -> str:
    if user.pk == escrow.user_id:
        return f"{user.username} is the streamer, and was paid {coins(moved)} of this escrow."
    if not paid:
        return f"{user.username} paid nothing into this escrow."
    streamer = names_of(user_ids=[escrow.user_id]).get(escrow.user_id, escrow.user_id)
    became = what_became_of(escrow=escrow, paid=paid, given_back=moved, streamer=streamer)
    when = f" The last of it on {moment(found[-1].created_at)}." if found else ""
    return f"{user.username} paid {coins(paid)}. {became}{when}"


def _entry(transfer: Transfer, reason: str | None) -> Entry:
    title = f"{_TITLES[Transfer.Kind(transfer.kind)]} {coins(transfer.amount)}"
    return Entry(
        at=transfer.created_at,
        kind=Kind.MONEY,
        title=f"{title}: {reason}" if reason else title,
        detail=transfer.pk,
        amount=transfer.amount if transfer.kind == HOLD else -transfer.amount,
        ref=RowRef(model="wallet.transfer", pk=transfer.pk, name="transfer"),
    )
