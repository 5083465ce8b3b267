"""The post of a completed show, with its clip (seed 002, spec section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from livestream.events.contracts import GOAL_COMPLETED, GoalCompleted
from livestream.models import EventRecord
from livestream.outbox import Delivery, durable, enqueue
from sessions_app import rules, selectors
from sessions_app.models import Asset, Post
from sessions_app.services import clipping, locking


def produce_livestream_clip(*, event: GoalCompleted) -> None:
    """Enqueue the post of a show, whose clip begins at the middle of the show's target.

    Nothing is enqueued where the streamer is tagged `banned:livestream:create_clip`.
    """
    if selectors.is_banned_from_clips(user_id=event.streamer_id):
        return
    first = event.levels[0]
    at = EventRecord.objects.filter(event_id=event.event_id).values_list("occurred_at", flat=True).first()
    enqueue(
        create_post_from_livestream,
        Delivery(key=event.goal_id),
        session_id=event.session_id,
        goal_id=event.goal_id,
        caption=first["title"],
        duration=settings.LIVESTREAM_CLIP_GOAL_DURATION,
        rewind_seconds=first["target"] // 2,
        tags=list(rules.CLIP_TAGS),
        completed_at=at,
    )


@durable(subject="goal_id")
def create_post_from_livestream(
    now: datetime,
    *,
    session_id: str,
    goal_id: str,
    caption: str,
    duration: int,
    rewind_seconds: int,
    tags: Sequence[str],
    completed_at: datetime | None = None,
) -> Post | None:
    """Make the draft of a post and have its clip cut, once for each goal; returns it where it is new.

    `duration` and `rewind_seconds` are seconds. Without `completed_at` the log is asked when
    the show completed. A streamer who has been banned from clips meanwhile gets none.
    """
    with transaction.atomic():
        session = locking.lock_session(session_id=session_id)  # of two calls for a show, one waits
        if selectors.is_banned_from_clips(user_id=session.streamer_id) or Post.objects.filter(goal_id=goal_id).exists():
            return None
        asset = Asset.objects.create(
            session=session,
            duration=duration,
            rewind_seconds=rewind_seconds,
            completed_at=completed_at or _completion_of(goal_id) or now,
            metadata={"source": {"cls": "Session", "id": session.id}},
            created_at=now,
        )
        post = Post.objects.create(
            sender_id=session.streamer_id,
            goal_id=goal_id,
            asset=asset,
            caption=caption[:200],
            tags=rules.tags_of_clip(of_user=session.streamer.tags, asked=tags),
            created_at=now,
        )
        clipping.enqueue_cut(post=post)
    return post


def _completion_of(goal_id: str) -> datetime | None:
    completed = EventRecord.objects.filter(goal_id=goal_id, name=GOAL_COMPLETED.name)
    return completed.order_by("-position").values_list("occurred_at", flat=True).first()
