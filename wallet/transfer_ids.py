"""How the transfers out of escrows are called (seed 002), and the account through which coins enter."""

from __future__ import annotations

DEPOSITS = "system:deposits"

# How transfers of the service itself are called. A payment provider's may not be: a payout
# or refund whose name was taken could never be made.
RESERVED_PREFIXES = ("escrow-", "refund-", "goal:", "session:", "demo:welcome:")


def payout(*, escrow_id: str, earning_id: str, user_id: str) -> str:
    """Name the transfer that pays one earning of an escrow to its streamer."""
    return f"escrow-{escrow_id}-{earning_id}-{user_id}"


def refund_prefix(escrow_id: str) -> str:
    """Name the refunds of an escrow, up to the payer's id."""
    return f"refund-{escrow_id}-"


def tag(escrow_id: str) -> str:
    """Tag what moves out of an escrow."""
    return f"escrow::{escrow_id}"
