"""Escrows for tests: open them, pay into them, settle them, and look at where the coins are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from livestream import clock, ids
from livestream.models import User
from tests.support.people import make_user
from wallet import selectors
from wallet.models import Account, Escrow, Transfer
from wallet.selectors import balance_of
from wallet.services import early_refunds, escrows, holding, payouts, posting, refunds, splits
from wallet.services.early_refunds import EarlyRefunds

HOUR = timedelta(hours=1)


def new_escrow(*, streamer: User | None = None, accepts_until: datetime | None = None) -> Escrow:
    """Open an escrow in favour of a streamer."""
    return escrows.open_escrow(
        escrow_id=f"test:{ids.new_id()}",
        user_id=(streamer or make_user()).pk,
        accepts_until=accepts_until,
        now=clock.now(),
    )


def pay_in(escrow: Escrow, payer: User, amount: int, *, transfer_id: str | None = None) -> tuple[Transfer, bool]:
    """Pay coins into an escrow."""
    return holding.hold(
        transfer_id=transfer_id or f"test:hold:{ids.new_id()}",
        payer_id=payer.pk,
        escrow_id=escrow.escrow_id,
        amount=amount,
        now=clock.now(),
    )


def paid_by(*, escrow_id: str, user_id: str) -> int:
    """Return the coins that one user paid into an escrow."""
    [coins] = Escrow.objects.filter(pk=escrow_id).values_list(
        selectors.paid_by(escrow="escrow_id", payer_id=user_id), flat=True
    )
    return int(coins)


def paid_escrow(amounts: Sequence[int], **options: Any) -> tuple[Escrow, list[User]]:
    """Open an escrow into which one payer each paid these amounts, all they had."""
    escrow = new_escrow(**options)
    payers = [make_user(coins=amount) for amount in amounts]
    for payer, amount in zip(payers, amounts, strict=True):
        pay_in(escrow, payer, amount)
    return escrow, payers


def post(escrow: Escrow, **options: Any) -> posting.Batch:
    """Count what was paid into an escrow, in a locked transaction of the caller."""
    return posting.post_pending(escrow=escrows.lock_row(escrow_id=escrow.escrow_id), **options)


def pay_out(escrow: Escrow, **changed: Any) -> bool:
    """Decide that the streamer gets everything."""
    window = {"nbf": clock.now() - HOUR, "exp": clock.now(), "now": clock.now(), "user_id": escrow.user_id}
    return payouts.escrow_out(escrow_id=escrow.escrow_id, **(window | changed))


def give_back(escrow: Escrow) -> bool:
    """Decide that the payers get everything."""
    return refunds.escrow_refund(escrow_id=escrow.escrow_id, now=clock.now())


def give_back_chunk(escrow: Escrow, size: int) -> int:
    """Pay the next payers back."""
    return refunds.refund_escrow_chunk(escrow_id=escrow.escrow_id, now=clock.now(), size=size)


def give_back_payers(escrow: Escrow, payers: Sequence[User], **options: Any) -> EarlyRefunds:
    """Give these payers back what they hold of an open escrow."""
    about = {"reason": "withdrawn", "now": clock.now(), "payers": [payer.pk for payer in payers]}
    return early_refunds.refund_payers(escrow_id=escrow.escrow_id, **(about | options))


def give_back_payments(escrow: Escrow, kept: Mapping[str, int], *, reason: str = "blocked") -> EarlyRefunds:
    """Give these payments back, but for what is kept of each."""
    with transaction.atomic():
        locked = escrows.lock_escrow(escrow_id=escrow.escrow_id)
        return early_refunds.refund_payments(escrow=locked, kept=kept, reason=reason, now=clock.now())


def split(escrow: Escrow, kept: Mapping[str, int]) -> bool:
    """Decide that the streamer gets these coins of each payment, and the payers the rest."""
    return splits.escrow_split(escrow_id=escrow.escrow_id, kept=kept, now=clock.now())


def balances(users: Sequence[User]) -> list[int]:
    """Return the coins of each of these users."""
    return [balance_of(user_id=user.pk) for user in users]


def coins_in(escrow: Escrow) -> int:
    """Return the counted coins on an escrow's account."""
    return Account.objects.get(pk=escrow.escrow_id).balance
