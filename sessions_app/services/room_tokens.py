"""Room tokens: admission to the room of a session for exactly as long as the grant lasts (spec section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from sessions_app import selectors
from sessions_app.models import Session
from sessions_app.rtc import tokens

# Without credentials tokens look the same, so that clients can be built against them; they
# open no room, since the vendor knows no such app.
LOCAL_APP_ID = "local0000000000000000000"
LOCAL_APP_KEY = "local-app-key"


@dataclass(frozen=True, slots=True)
class Room:
    """A room of an app, and the key that opens it."""

    app_id: str
    app_key: str
    room_id: str


def room_of(*, session: Session, goal_id: str | None = None) -> Room:
    """Return the room of a session, or of a goal that is performed in it, with the key that opens it."""
    app_id, app_key = settings.BYTEPLUS_APP_ID, settings.BYTEPLUS_APP_KEY
    if not (app_id and app_key):
        app_id, app_key = LOCAL_APP_ID, LOCAL_APP_KEY
    return Room(app_id, app_key, selectors.room_of(session=session, goal_id=goal_id))


def admission(*, room: Room, user_id: str, exp: datetime, now: datetime, publish: bool = False) -> dict[str, Any]:
    """Return `{byteplus_token, byteplus_rtc_info: {app_id, room_id, user_id}}` for one user.

    The token ends with the grant, at `exp`, and the vendor then ends the visit. Only a user with
    `publish` may send picture and sound; everybody else only subscribes.
    """
    expire_at = int(exp.timestamp())
    token = tokens.room_token(
        app_id=room.app_id,
        app_key=room.app_key,
        room_id=room.room_id,
        user_id=user_id,
        # In its last second a grant still is one, though in whole seconds it is over.
        issued_at=min(int(now.timestamp()), expire_at - 1),
        expire_at=expire_at,
        publish=publish,
    )
    info = {"app_id": room.app_id, "room_id": room.room_id, "user_id": user_id}
    return {"byteplus_token": token, "byteplus_rtc_info": info}
