"""Requests and answers that the API document shows; a test holds them to the declared shapes."""

from __future__ import annotations

from typing import Any

from livestream.api.pagination import page_of

SESSION_ID = "68143584d6945d32e732cc21"
STREAMER_ID = "68143584d6945d32e732cc22"
VIEWER_ID = "68143584d6945d32e732cc23"
FUNDING_ID = "68143584d6945d32e732cc24"
SHOW_ID = "68143584d6945d32e732cc25"
INVITATION_ID = "68143584d6945d32e732cc26"
EVENT_ID = "68143584d6945d32e732cc27"
TRANSFER_ID = f"goal:{FUNDING_ID}:ticket:{VIEWER_ID}:1"
ESCROW_ID = f"show_funding:{FUNDING_ID}"
NOW = 1745993863
_PRODUCT = {"ticket_product_id": "livestream-show-ticket_200", "ticket_product_type": "show"}

SALE: dict[str, Any] = {
    "id": FUNDING_ID,
    "version": 3,
    "type": "funding",
    "active": True,
    "state": "active",
    "progress": 400,
    "unit": "coins",
    "level": 0,
    "levels": [{"title": "Tickets", "target": 1000}],
    "nbf": NOW,
    "exp": NOW + 600,
    "conditions": {"session_id": SESSION_ID},
    "context": {"type": "funding", **_PRODUCT},
    "metadata": {"user_id": STREAMER_ID, "user_name": "streamer"},
    "terms": {"price": 200, "duration": 600, "start_within": 300},
    "outcome": None,
    "ended_because": None,
    "remaining": None,
    "due_at": None,
    "server_time": None,
}
SHOW: dict[str, Any] = {
    **SALE,
    "id": SHOW_ID,
    "version": 1,
    "type": "show",
    "progress": 0,
    "unit": "seconds",
    "levels": [{"title": "Show", "target": 600}],
    "exp": None,
    "context": {"type": "show", "session_id": SESSION_ID, "funding_goal_id": FUNDING_ID, **_PRODUCT},
    "terms": {"price": 200, "duration": 600, "start_within": 300, "start_by": NOW + 900},
    "remaining": 600,
    "server_time": NOW,
}
KARAOKE: dict[str, Any] = {
    **{name: value for name, value in SHOW.items() if name != "terms"},
    "id": EVENT_ID,
    "type": "karaoke",
    "levels": [{"title": "First song", "target": 180}, {"title": "Second song", "target": 400}],
    "context": {"type": "karaoke"},
    "remaining": 400,
}
INVITATION: dict[str, Any] = {
    **KARAOKE,
    "id": INVITATION_ID,
    "type": "trigger-private",
    "progress": 1,
    "unit": "seconds",
    "levels": [],
    "exp": NOW + 120,
    "context": {"type": "trigger-private"},
    "metadata": {
        **SALE["metadata"],
        "prepaid_duration": 300,
        "triggered_by": VIEWER_ID,
        "triggered_by_name": "viewer1",
    },
    "price": {"rate": 60, "minimum": 60, "joining": 300},
    "remaining": None,
    "server_time": None,
}
DECLINED: dict[str, Any] = {
    **INVITATION,
    "version": 3,
    "active": False,
    "state": "ended",
    "outcome": "refunded",
    "ended_because": "declined",
}
CALLED_OFF: dict[str, Any] = {
    **SALE,
    "version": 4,
    "active": False,
    "state": "ended",
    "outcome": "refunded",
    "ended_because": "cancelled",
}
GOALS = page_of([SHOW, SALE], following="?cursor=WzAsMTc0NTk5Mzg2M10", previous=None, has_more=True)

SALE_BODY = {
    "session_id": SESSION_ID,
    "levels": [{"title": "Tickets", "target": 1000}],
    "exp": NOW + 600,
    "context": _PRODUCT,
    "terms": {"duration": 600, "start_within": 300},
}
SHOW_BODY = {
    "levels": [{"title": "Show", "target": 600}],
    "context": {"funding_goal_id": FUNDING_ID, "session_id": SESSION_ID, **_PRODUCT},
}
KARAOKE_BODY = {"session_id": SESSION_ID, "levels": KARAOKE["levels"]}
INVITATION_BODY = {"exp": NOW + 120, "duration": 300, "max_price": 300}

RECEIPT = {
    "transfer": {
        "transfer_id": TRANSFER_ID,
        "from_user_id": VIEWER_ID,
        "to_user_id": None,
        "amount": 400,
        "escrow_id": ESCROW_ID,
        "created_at": NOW,
    },
    "goal_id": FUNDING_ID,
    "quantity": 2,
    "progress": 400,
}
CONTRIBUTIONS = page_of(
    [
        {
            "transfer_id": TRANSFER_ID,
            "user_id": VIEWER_ID,
            "user_name": "viewer1",
            "quantity": 2,
            "amount": 400,
            "returned": 0,
            "created_at": NOW,
        }
    ],
    following=None,
    previous=None,
    has_more=False,
)

_DATA: dict[str, Any] = {
    "event_id": EVENT_ID,
    "goal_id": FUNDING_ID,
    "session_id": SESSION_ID,
    "streamer_id": STREAMER_ID,
    "type": "funding",
    "active": True,
    "progress": 0,
    "level": 0,
    "levels": SALE["levels"],
    "conditions": SALE["conditions"],
    "context": SALE["context"],
    "metadata": {"user_id": STREAMER_ID},
    "nbf": NOW,
    "exp": NOW + 600,
    "escrow_id": ESCROW_ID,
}
GOAL_EVENTS = page_of(
    [
        {
            "id": EVENT_ID,
            "name": "goal.created",
            "occurred_at": NOW,
            "triggerer": "web-player/2.1",
            "names": {STREAMER_ID: "streamer"},
            "data": _DATA,
        }
    ],
    following=None,
    previous=None,
    has_more=False,
)
EVENTS = page_of(
    [
        {
            "id": EVENT_ID,
            "name": "goal.created",
            "occurred_at": NOW,
            "goal_id": FUNDING_ID,
            "escrow_id": ESCROW_ID,
            "cursor": "0.817.42",
            "names": {STREAMER_ID: "streamer"},
            "data": _DATA,
        }
    ],
    following="?after=0.817.42",
    previous=None,
    has_more=False,
)
PAYMENTS = page_of(
    [
        {
            "transfer_id": TRANSFER_ID,
            "kind": "tickets",
            "goal": {"id": FUNDING_ID, "type": "funding", "title": "Tickets"},
            "streamer_id": STREAMER_ID,
            "streamer_name": "streamer",
            "quantity": 2,
            "duration": None,
            "performed": None,
            "paid": 400,
            "returned": 400,
            "kept": 0,
            "held": 0,
            "state": "refunded",
            "reason": "expired",
            "created_at": NOW,
            "settled_at": NOW + 600,
        }
    ],
    following=None,
    previous=None,
    has_more=False,
)
