"""Honouring those who gave most."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from goals import selectors as goals
from livestream.models import User
from notifications import channels
from notifications.services import pushes

EVENT = "livestream.mvps"
HOW_MANY = 3


def push_livestream_mvps(*, goal_id: str, streamer_id: str, event_id: str, now: datetime) -> None:
    """Push a reached funding goal's top contributors to its streamer, and to each of them.

    The streamer hears all names and coins, a contributor the own rank. The audience hears
    nothing, since it may not learn who paid (spec section 4).
    """
    top = goals.top_contributors(goal_id=goal_id, limit=HOW_MANY)
    names = dict(User.objects.filter(pk__in=[u for u, _ in top]).values_list("pk", "username"))
    ranking: list[dict[str, Any]] = [
        {"rank": rank, "user_id": user_id, "username": names.get(user_id, ""), "amount": coins}
        for rank, (user_id, coins) in enumerate(top, start=1)
    ]
    told = [(streamer_id, {"mvps": ranking})]
    told += [(entry["user_id"], {"mvps": [entry]}) for entry in ranking]
    messages = [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=EVENT,
            data={"goal_id": goal_id, "streamer_id": streamer_id, **data},
            subject=goal_id,
            event_id=event_id,
        )
        for user_id, data in told
    ]
    pushes.push_all(messages=messages, now=now)
