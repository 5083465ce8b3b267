"""The actors that end a session, called as in seed 000."""

from __future__ import annotations

from livestream import clock
from livestream.outbox import durable
from sessions_app.services import ending


@durable()
def disconnect(*, streamer_id: str, session_id: str, device_disconnect_countdown: int | None = None) -> None:
    """End the streamer's active session, after a countdown of seconds where one is given."""
    ending.disconnect(
        streamer_id=streamer_id,
        session_id=session_id,
        device_disconnect_countdown=device_disconnect_countdown,
        now=clock.now(),
    )


@durable()
def deactivate_session(*, session_id: str) -> None:
    """End a session, unless it is over."""
    ending.deactivate_session(session_id=session_id, now=clock.now())
