"""An example of each push, for the OpenAPI document and docs/realtime.md; a test compares them with the payloads."""

from __future__ import annotations

from typing import Any

from goals import examples as goals
from goals.examples import ESCROW_ID, EVENT_ID, FUNDING_ID, NOW, SALE, SHOW_ID, STREAMER_ID, VIEWER_ID
from notifications.push_contracts import PushEvent
from sessions_app import examples as sessions
from sessions_app.examples import SESSION_ID

_ONE_ON_ONE_ID = "68143584d6945d32e732cc28"
_NAMED = {"event_id": EVENT_ID, "push_id": "5f0c2b8e6a91d7434f1e9c20"}
_BEGAN = NOW + 700
_NOT_PERFORMED = {"remaining": None, "due_at": None, "server_time": None}
_ENDED = {"active": False, "state": "ended"}

SHOW: dict[str, Any] = {
    **goals.SHOW,
    "version": 4,
    "progress": 40,
    "context": {**goals.SHOW["context"], "started": _BEGAN},
    "remaining": 560,
    "due_at": _BEGAN + 600,
    "server_time": _BEGAN + 40,
}
COMPLETED_SHOW = {**SHOW, **_NOT_PERFORMED, "version": 6, "progress": 600, "level": 1}
FAILED_SALE = {**SALE, **_ENDED, "version": 15, "outcome": "refunded", "ended_because": "expired"}
KARAOKE: dict[str, Any] = {
    **goals.KARAOKE,
    "version": 2,
    "progress": 40,
    "context": {"type": "karaoke", "started": _BEGAN},
    "remaining": 360,
    "due_at": _BEGAN + 400,
    "server_time": _BEGAN + 40,
}
_PAID_BY_ONE = {"breakdown": {VIEWER_ID: 300}, "breakdown_names": {VIEWER_ID: "viewer1"}}
PRIVATE: dict[str, Any] = {
    **goals.INVITATION,
    **_PAID_BY_ONE,
    "version": 3,
    "progress": 0,
    "levels": [{"title": "trigger-private", "target": 300}],
    "metadata": {**goals.INVITATION["metadata"], "goal_agreed": NOW + 60},
    "remaining": 300,
    "server_time": NOW + 60,
}
ONE_ON_ONE: dict[str, Any] = {
    **goals.KARAOKE,
    **_PAID_BY_ONE,
    **_NOT_PERFORMED,
    **_ENDED,
    "id": _ONE_ON_ONE_ID,
    "version": 7,
    "type": "exclusive",
    "progress": 40,
    "levels": [{"title": "exclusive", "target": 300}],
    "exp": NOW + 160,
    "context": {
        "type": "exclusive",
        "exclusive_to": VIEWER_ID,
        "exclusive_to_name": "viewer1",
        "trigger_goal_id": goals.INVITATION_ID,
    },
    "metadata": goals.INVITATION["metadata"],
    "outcome": "split",
    "ended_because": "cancelled",
}
SESSION: dict[str, Any] = {
    **sessions.LIVE,
    "version": 21,
    "show_goal_pairs": [{"funding_goal": FUNDING_ID, "show_goal": None, "funding_ended": None, "show_ended": None}],
}
_TERMS = {"preset": "public", "prices": SESSION["prices"], "price": SESSION["prices"]}
_STREAM = {"session_id": SESSION_ID, "streamer_id": STREAMER_ID}
_ENTERED = {"user_id": VIEWER_ID, "user_name": "viewer1", "channel": f"presence-stream@{STREAMER_ID}", "at": NOW + 10}
_PAID_OUT = {"escrow_id": ESCROW_ID, "goal_id": FUNDING_ID, "amount": 1000}
_WALLET = {"wallet": {"balance": 99_600, "version": 3}}

EXAMPLES: dict[PushEvent, dict[str, Any]] = {
    event: {**data, **_NAMED}
    for event, data in (
        (PushEvent.GOAL_ADDED, {"goal": SALE}),
        (PushEvent.GOAL_STARTED, {"goal": SHOW}),
        (PushEvent.GOAL_AGREED, {"goal": PRIVATE, "triggerer": None}),
        (PushEvent.GOAL_PROGRESS_UPDATED, {"goal": SALE}),
        (PushEvent.GOAL_COMPLETED, {"goal": COMPLETED_SHOW, "level": 1}),
        (PushEvent.GOAL_ENDED, {"goal": FAILED_SALE}),
        (PushEvent.KARAOKE_GOAL_UPDATED, {"session_id": SESSION_ID, "goal": KARAOKE}),
        (PushEvent.EXCLUSIVE_CLOSED, {"goal": ONE_ON_ONE}),
        (PushEvent.LIVESTREAM_ONLINE, {**_STREAM, **_TERMS, "session": SESSION}),
        (PushEvent.LIVESTREAM_OFFLINE, {**_STREAM, **_TERMS, "session": {**SESSION, "active": False}}),
        (PushEvent.SESSION_UPDATED, {"session": SESSION}),
        (
            PushEvent.STREAM_AUTHORIZED,
            {
                **_STREAM,
                "quality": "sd",
                "exp": _BEGAN + 600,
                "goal": SHOW,
                "token": "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI2ODE0MzU4NCJ9.c2lnbmF0dXJl",
                "byteplus_token": "001123456781234567812345678KwBOYbwA",
                "byteplus_rtc_info": {
                    "app_id": "123456781234567812345678",
                    "room_id": f"goal-{SHOW_ID}",
                    "user_id": VIEWER_ID,
                },
            },
        ),
        (PushEvent.STREAM_REVOKED, {**_STREAM, "reason": "blocked"}),
        (PushEvent.STREAM_VIEWERS_UPDATED, {"session_id": SESSION_ID, "goal_id": _ONE_ON_ONE_ID}),
        (
            PushEvent.EXTERNAL_COMMAND,
            {
                "command": "karaoke.start",
                "session_id": SESSION_ID,
                "goal_id": goals.KARAOKE["id"],
                "levels": KARAOKE["levels"],
            },
        ),
        (
            PushEvent.LIVESTREAM_MVPS,
            {
                "goal_id": FUNDING_ID,
                "streamer_id": STREAMER_ID,
                "mvps": [
                    {"rank": 1, "user_id": VIEWER_ID, "user_name": "viewer1", "username": "viewer1", "amount": 600}
                ],
            },
        ),
        (PushEvent.USER_ENTERED, _ENTERED),
        (PushEvent.USER_LEFT, _ENTERED),
        (PushEvent.USERS_ENTERED, {"users": [_ENTERED]}),
        (PushEvent.USERS_LEFT, {"users": [_ENTERED]}),
        (
            PushEvent.ESCROW_COMPLETED_INDIVIDUAL,
            {**_PAID_OUT, **_WALLET, "transfer_id": f"escrow-{ESCROW_ID}-1-{STREAMER_ID}"},
        ),
        (PushEvent.ESCROW_COMPLETED, _PAID_OUT),
        (
            PushEvent.ESCROW_REFUNDED,
            {**_PAID_OUT, **_WALLET, "amount": 200, "transfer_id": f"refund:{ESCROW_ID}:{VIEWER_ID}"},
        ),
        (PushEvent.WALLET_UPDATED, _WALLET),
    )
}
