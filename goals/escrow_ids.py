"""How the escrows of goals are called, and the payments into them (seeds 001 to 003).

To the wallet an escrow's id is opaque text: which goal it belongs to is known here alone.
"""

from __future__ import annotations

SHOW_FUNDING, TRIGGER_PRIVATE, TRIGGER_EXCLUSIVE = "show_funding", "trigger_private", "trigger_exclusive"
# The kinds of escrows there are: each id is a kind, a colon and the id of a goal.
KINDS = (SHOW_FUNDING, TRIGGER_PRIVATE, TRIGGER_EXCLUSIVE)


def show_funding(goal_id: str) -> str:
    """Name the escrow of a funding goal, which its show shares."""
    return f"{SHOW_FUNDING}:{goal_id}"


def trigger_private(goal_id: str) -> str:
    """Name the escrow of an invitation to a private show."""
    return f"{TRIGGER_PRIVATE}:{goal_id}"


def trigger_exclusive(goal_id: str) -> str:
    """Name the escrow of an invitation to a 1-on-1, which the exclusive goal shares."""
    return f"{TRIGGER_EXCLUSIVE}:{goal_id}"


def goal_of(escrow_id: str) -> str:
    """Return the id of the goal that an escrow's id ends with."""
    return escrow_id.rpartition(":")[2]


def invitation_tag(*, session_id: str, escrow_id: str) -> str:
    """Tag what a viewer pays for an invitation, as seed 003 writes it."""
    return f"swag::livestream.session:{session_id}.{escrow_id}"
