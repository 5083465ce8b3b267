"""Requests and answers that the API document shows; a test holds them to the declared shapes."""

from __future__ import annotations

from typing import Any

from livestream.api.pagination import page_of

_USER_ID = "68143584d6945d32e732cc23"
_ESCROW_ID = "show_funding:68143584d6945d32e732cc24"
_NOW = 1745993863

WALLET = {"balance": 99_600, "version": 3}
DEPOSIT_BODY = {"user_id": _USER_ID, "amount": 1000, "transfer_id": "payment-2025-04-30-0001"}
DEPOSIT: dict[str, Any] = {
    "transfer_id": "payment-2025-04-30-0001",
    "kind": "deposit",
    "from_user_id": None,
    "to_user_id": _USER_ID,
    "escrow_id": None,
    "amount": 1000,
    "tags": [],
    "created_at": _NOW,
    "reason": None,
}
PURCHASE: dict[str, Any] = {
    "transfer_id": f"goal:68143584d6945d32e732cc24:ticket:{_USER_ID}:1",
    "kind": "hold",
    "from_user_id": _USER_ID,
    "to_user_id": None,
    "escrow_id": _ESCROW_ID,
    "amount": 400,
    "tags": [],
    "created_at": _NOW + 60,
    "reason": None,
}
TRANSFERS = page_of([PURCHASE, DEPOSIT], following=None, previous=None, has_more=False)
EARNINGS = page_of(
    [
        {
            "id": "68143584d6945d32e732cc28",
            "escrow_id": _ESCROW_ID,
            "hour": 1745992800,
            "amount": 400,
            "state": "settled",
            "settled_at": _NOW + 900,
        }
    ],
    following=None,
    previous=None,
    has_more=False,
)
