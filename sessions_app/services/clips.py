"""Clips: what a completed show leaves behind (seed 002, spec section 7)."""

from __future__ import annotations

from django.conf import settings

from livestream.events.contracts import GoalCompleted
from livestream.models import User
from livestream.outbox import enqueue
from sessions_app import rules


def produce_livestream_clip(*, event: GoalCompleted) -> None:
    """Ask for a clip of the show, from the middle of its target on.

    Nothing is asked for where the streamer is tagged `banned:livestream:create_clip`.
    """
    if User.objects.filter(pk=event.streamer_id, tag_rows__tag=rules.CLIP_BAN).exists():
        return
    first = event.levels[0]
    kwargs = {
        "session_id": event.session_id,
        "goal_id": event.goal_id,
        "caption": first["title"],
        "duration": settings.LIVESTREAM_CLIP_GOAL_DURATION,
        "rewind_seconds": first["target"] // 2,
        "tags": list(rules.CLIP_TAGS),
    }
    enqueue("create_post_from_livestream", kwargs=kwargs, key=event.goal_id, subject=event.goal_id)
