"""The wallet's actors, called as in the seeds."""

from __future__ import annotations

from livestream import clock
from livestream.outbox import durable
from wallet.services import payouts, refunds, splits


@durable()
def escrow_out(*, escrow_id: str, user_id: str, nbf: float, exp: float) -> None:
    """Pay an escrow out; `nbf` and `exp` are unix seconds."""
    payouts.escrow_out(
        escrow_id=escrow_id,
        user_id=user_id,
        nbf=clock.from_epoch(nbf),
        exp=clock.from_epoch(exp),
        now=clock.now(),
    )


@durable()
def update_bi_escrow(*, earning_id: str) -> None:
    """First link of an earning's chain."""
    payouts.update_bi_escrow(earning_id=earning_id)


@durable()
def transfer_escrow(*, earning_id: str) -> None:
    """Second link of an earning's chain."""
    payouts.transfer_escrow(earning_id=earning_id)


@durable()
def transfer(*, earning_id: str) -> None:
    """Last link of an earning's chain: the money moves."""
    payouts.pay_earning(earning_id=earning_id, now=clock.now())


@durable()
def escrow_refund(*, escrow_id: str) -> None:
    """Give an escrow back to its payers."""
    refunds.escrow_refund(escrow_id=escrow_id, now=clock.now())


@durable()
def escrow_split(*, escrow_id: str, part: int, whole: int) -> None:
    """Pay a share of an escrow to its streamer and give the rest back; seconds."""
    splits.escrow_split(escrow_id=escrow_id, part=part, whole=whole, now=clock.now())


@durable()
def refund_escrow_chunk(*, escrow_id: str) -> None:
    """Pay the next payers of a refunded escrow."""
    refunds.refund_chunk(escrow_id=escrow_id, now=clock.now())
