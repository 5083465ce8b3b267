"""What a payload says of those who pay, and who therefore may not read it."""

from __future__ import annotations

from typing import Any

# Members that name payers, or one of them.
OF_PAYERS = ("payers", "breakdown_id")
# Who invited, or is alone with the streamer: they are about to pay, or did.
_OF_INVITER = (("metadata", "triggered_by"), ("context", "exclusive_to"))


def without_inviter(payload: dict[str, Any], *, unless: str | None = None) -> dict[str, Any]:
    """Return the payload without who invited, but for the user `unless`, who may read of themself."""
    for part, name in _OF_INVITER:
        members = payload.get(part)
        if isinstance(members, dict) and members.get(name) not in (None, unless):
            payload = payload | {part: {k: v for k, v in members.items() if k != name}}
    return payload


def countable(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload as those may have it who count and need not know whom.

    Nobody who pays is named in it; where it said who paid what, `payer_count` is how many they were.
    """
    kept = {name: value for name, value in payload.items() if name not in OF_PAYERS}
    if payload.get("payers") is not None:
        kept["payer_count"] = len(payload["payers"])
    return without_inviter(kept)
