"""The admin pages of posts and clips, with an action that cuts a clip again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from livestream import clock
from livestream.desk.lists import Choice, ChoiceFilter
from livestream.desk.pages import confirmed_action
from livestream.desk.redaction import redacted
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin
from sessions_app.models import Asset, Post
from sessions_app.services import clipping


@confirmed_action(name="clip.retry", description="Cut the clip again", permission="sessions_app.retry_clip")
def retry_clip(page: Any, request: HttpRequest, rows: Sequence[Post | Asset], *, reason: str) -> str:
    """Have the clips of posts cut again, or clips themselves."""
    posts = [row if isinstance(row, Post) else row.post for row in rows]
    asked = sum(clipping.retry_clip(post=post, now=clock.now()) for post in posts)
    return f"{asked} of {len(posts)} clips are being cut; the others are ready"


@admin.register(Post)
class PostAdmin(LookedUpAdmin):
    """What completed shows left behind, newest first, and why a draft is still one."""

    list_display = ["id", "sender", "goal_id", "caption", "clip", "hindrance", "created_at"]
    list_select_related = ["sender", "asset"]
    ordering = ["-created_at", "-id"]
    search_help_text = "Id of a post, of its clip or its show; id of a streamer or the beginning of their name"
    actions = [retry_clip]

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(pk=term), Q(goal_id=term), Q(asset_id=term), *(Q(sender_id=each) for each in people)]

    @admin.display(description="clip")
    def clip(self, post: Post) -> str:
        return post.asset.state

    @admin.display(description="reason")
    def hindrance(self, post: Post) -> str:
        return redacted(post.reason)


class StateFilter(ChoiceFilter):
    """Which clips are to be cut, could not be, or are ready."""

    title = "state"
    parameter_name = "state"
    offered = tuple(Choice(state.value, state.value, lambda now, s=state: Q(state=s)) for state in Asset.State)  # type: ignore[misc]


@admin.register(Asset)
class AssetAdmin(LookedUpAdmin):
    """Clips, the newest first: where each lies, or why it does not."""

    list_display = ["id", "session_id", "state", "reason", "duration", "size", "storage_name", "ready_at"]
    list_filter = [StateFilter]
    list_select_related = ["post"]
    ordering = ["-id"]
    search_help_text = "Id of a clip, its post or its session"
    actions = [retry_clip]

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        of_post = Post.objects.filter(pk=term).values("asset_id")
        return [Q(pk=term), Q(session_id=term), Q(pk__in=of_post)]

    @admin.display(description="reason")
    def reason(self, asset: Asset) -> str:
        post = getattr(asset, "post", None)
        return redacted(post.reason) if post else ""


relate("sessions_app.post", "Clip", to="sessions_app.asset", find=lambda post: post.asset_id)
relate("sessions_app.asset", "Post", to="sessions_app.post", find=searched(lambda asset: asset.id))
relate("sessions_app.session", "Clips", to="sessions_app.asset", find=searched(lambda session: session.id))
relate("goals.goal", "Post of its clip", to="sessions_app.post", find=searched(lambda goal: goal.id))
