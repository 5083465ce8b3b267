"""The ids of transfers out of escrows (seed 002), and of the account through which coins enter."""

from __future__ import annotations

DEPOSITS = "system:deposits"

# The prefixes of the ids of the service's own transfers. A payment provider may not use them: a
# payout or refund whose id was taken could never be made.
RESERVED_PREFIXES = ("escrow-", "refund-", "goal:", "session:", "demo:welcome:")
# Prefix of the early refund of one payment; the payment's id follows.
EARLY_REFUND = "refund-of-"


def payout(*, escrow_id: str, earning_id: str, user_id: str) -> str:
    """Name the transfer that pays one earning of an escrow to its streamer."""
    return f"escrow-{escrow_id}-{earning_id}-{user_id}"


def refund_prefix(escrow_id: str) -> str:
    """Name the refunds of an escrow, up to the payer's id."""
    return f"refund-{escrow_id}-"


def early_refund(*, hold_id: str) -> str:
    """Return the id of the transfer that refunds one payment early."""
    return EARLY_REFUND + hold_id


def refunded_hold(transfer_id: str) -> str | None:
    """Return the id of the payment that a transfer refunded early; None for any other transfer."""
    return transfer_id.removeprefix(EARLY_REFUND) if transfer_id.startswith(EARLY_REFUND) else None


def tag(escrow_id: str) -> str:
    """Tag what moves out of an escrow."""
    return f"escrow::{escrow_id}"
