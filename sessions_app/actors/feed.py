"""The actor of the feed."""

from __future__ import annotations

from livestream import clock
from livestream.outbox import durable
from sessions_app.services import feed


@durable()
def update_livestream_feed(*, session_id: str) -> None:
    """Have the feed show the session as it is now."""
    feed.update_livestream_feed(session_id=session_id, now=clock.now())
