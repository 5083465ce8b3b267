"""Requests and answers that the API document shows; a test holds them to the declared shapes."""

from __future__ import annotations

from typing import Any

from livestream.api.pagination import page_of

SESSION_ID = "68143584d6945d32e732cc21"
_NOW = 1745993863

PLAIN: dict[str, Any] = {
    "id": SESSION_ID,
    "version": 1,
    "streamer_id": "68143584d6945d32e732cc22",
    "streamer_name": "streamer",
    "title": "Friday night",
    "preset": "public",
    "active": True,
    "prices": {"sd": 60, "exclusive": 120},
    "statuses": {"created": _NOW, "started": None, "ended": None},
}
OPENED: dict[str, Any] = {
    **PLAIN,
    "show_goal_pairs": [],
    "trigger_private_goals": [],
    "exclusive_goal_pairs": {},
    "karaoke_goal": None,
}
LIVE: dict[str, Any] = {**OPENED, "version": 2, "statuses": {"created": _NOW, "started": _NOW + 5, "ended": None}}
ENDED: dict[str, Any] = {
    **OPENED,
    "version": 3,
    "active": False,
    "statuses": {"created": _NOW, "started": _NOW + 5, "ended": _NOW + 3600},
}
SESSIONS = page_of([LIVE], following=None, previous=None, has_more=False)
FEED = page_of(
    [{"session": {**PLAIN, "statuses": LIVE["statuses"]}, "goals": []}], following=None, previous=None, has_more=False
)

BODY = {"title": "Friday night", "prices": {"sd": 60, "exclusive": 120}}
