"""The actors of clips (seed 002)."""

from __future__ import annotations

from django.conf import settings

from livestream import clock
from livestream.outbox import durable, external
from sessions_app.clipping.extracting import ClipRange
from sessions_app.services import clipping, clips

# For the upload, which comes after what CLIP_TIMEOUT bounds.
_UPLOAD_SECONDS = 120


@durable()
def create_post_from_livestream(
    *,
    session_id: str,
    goal_id: str,
    caption: str,
    duration: int,
    rewind_seconds: int,
    tags: list[str],
    completed_at: float | None = None,
) -> None:
    """Make the draft of a post for a completed show; `completed_at` in unix seconds."""
    clips.create_post_from_livestream(
        session_id=session_id,
        goal_id=goal_id,
        caption=caption,
        duration=duration,
        rewind_seconds=rewind_seconds,
        tags=tags,
        completed_at=None if completed_at is None else clock.from_epoch(completed_at),
        now=clock.now(),
    )


# A queue of its own: cutting needs a processor, and some may want other machines to do it.
@external(queue="clips", lease=settings.CLIP_TIMEOUT + _UPLOAD_SECONDS)
def clip_livestream_as_asset(
    *,
    session_id: str,
    rewind_seconds: int,
    duration: float,
    asset_id: str,
    metadata: dict[str, str],
    completed_at: float | None = None,
) -> None:
    """Cut the clip and put it into quarantine; `completed_at` in unix seconds, now where it is None."""
    now = clock.now()
    at = now if completed_at is None else clock.from_epoch(completed_at)
    clipping.clip_livestream_as_asset(
        session_id=session_id,
        asset_id=asset_id,
        clip_range=ClipRange(completed_at=at, rewind=rewind_seconds, seconds=duration),
        metadata=metadata,
        now=now,
    )
