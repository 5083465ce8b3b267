"""The section of clips: the posts of completed shows."""

from __future__ import annotations

from datetime import datetime

from livestream.desk.redaction import redacted
from livestream.story import Entry, Kind, RowRef, Section, State, Subject, Window, timeline_section
from sessions_app.models import Asset, Post

_STATES = {Asset.State.READY: State.DONE, Asset.State.PENDING: State.WAITING, Asset.State.FAILED: State.FAILED}


@timeline_section(order=55)
def clips_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the posts of the goals, each with the state of its clip and the reason why it is not ready."""
    posts = Post.objects.filter(goal_id__in=subject.goal_ids).select_related("asset")
    return Section(entries=[_entry(post) for post in posts.order_by("id")])


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
        ref=RowRef(model="sessions_app.post", pk=post.id, name="post"),
    )
