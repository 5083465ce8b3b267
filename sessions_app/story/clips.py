"""The chapter of clips: what a completed show left behind."""

from __future__ import annotations

from datetime import datetime

from livestream.desk.redaction import redacted
from livestream.story import Entry, Kind, State, Subject, Thing, Told, Window, tells
from sessions_app.models import Asset, Post

_STATES = {Asset.State.READY: State.DONE, Asset.State.PENDING: State.WAITING, Asset.State.FAILED: State.FAILED}


@tells(place=55)
def tell_clips(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell of the goals' posts, each with its clip, and what stands in its way."""
    posts = Post.objects.filter(goal_id__in=subject.goal_ids).select_related("asset")
    return Told(entries=[_entry(post) for post in posts.order_by("id")])


def _entry(post: Post) -> Entry:
    reason = f": {redacted(post.reason)}" if post.reason else ""
    return Entry(
        at=post.created_at,
        until=post.asset.ready_at,
        kind=Kind.SESSION,
        title="Clip of the show",
        detail=f"{post.asset.state}, {'a draft' if post.is_draft else 'to be shown'}{reason}",
        order=(post.id,),
        state=_STATES[Asset.State(post.asset.state)],
        about=post.goal_id,
        thing=Thing(model="sessions_app.post", pk=post.id, name="post"),
    )
