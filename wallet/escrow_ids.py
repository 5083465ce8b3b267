"""How escrows and the transfers of escrows are called (seeds 001 to 003)."""

from __future__ import annotations

DEPOSITS = "system:deposits"

# How transfers of the service itself are called. A payment provider's may not be: a payout
# or refund whose name was taken could never be made.
RESERVED_PREFIXES = ("escrow-", "refund-", "goal:", "session:", "demo:welcome:")


def show_funding(goal_id: str) -> str:
    """Name the escrow of a funding goal, which its show shares."""
    return f"show_funding:{goal_id}"


def trigger_private(goal_id: str) -> str:
    """Name the escrow of an invitation to a private show."""
    return f"trigger_private:{goal_id}"


def trigger_exclusive(goal_id: str) -> str:
    """Name the escrow of an invitation to a 1-on-1, which the exclusive goal shares."""
    return f"trigger_exclusive:{goal_id}"


def payout(*, escrow_id: str, earning_id: str, user_id: str) -> str:
    """Name the transfer that pays one earning of an escrow to its streamer."""
    return f"escrow-{escrow_id}-{earning_id}-{user_id}"


def refund_prefix(escrow_id: str) -> str:
    """Name the refunds of an escrow, up to the payer's id."""
    return f"refund-{escrow_id}-"


def tag(escrow_id: str) -> str:
    """Tag what moves out of an escrow."""
    return f"escrow::{escrow_id}"


def goal_of(escrow_id: str) -> str:
    """Return the id of the goal that an escrow's name ends with."""
    return escrow_id.rpartition(":")[2]


def invitation_tag(goal_type: str, *, session_id: str, goal_id: str) -> str:
    """Tag what a viewer pays for an invitation, as seed 003 writes it."""
    kind = goal_type.replace("-", "_")
    return f"swag::livestream.session:{session_id}.{kind}:{goal_id}"
