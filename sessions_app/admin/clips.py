"""What support staff sees of clips, and the way to have one cut again."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from livestream import clock
from livestream.admin_base import confirmed_action
from livestream.admin_search import LookedUpAdmin
from sessions_app.models import Asset, Post
from sessions_app.services import clipping


@admin.register(Post)
class PostAdmin(LookedUpAdmin):
    """What completed shows left behind, newest first, and why a draft is still one."""

    list_display = ["id", "sender", "goal_id", "caption", "clip", "reason", "created_at"]
    list_filter = ["asset__state"]
    list_select_related = ["sender", "asset"]
    ordering = ["-created_at", "-id"]
    search_help_text = "Id of a post, of its clip or its show; id of a streamer or the beginning of their name"
    actions = ["retry_clip"]

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk=term) | Q(goal_id=term) | Q(asset_id=term) | Q(sender_id__in=people)

    @admin.display(description="clip")
    def clip(self, post: Post) -> str:
        return post.asset.state

    @confirmed_action(description="Cut the clip again", permission="sessions_app.retry_clip")
    def retry_clip(self, request: HttpRequest, posts: Sequence[Post], reason: str) -> str:
        asked = sum(clipping.retry_clip(post=post, now=clock.now()) for post in posts)
        return f"{asked} of {len(posts)} clips are being cut; the others are ready"


@admin.register(Asset)
class AssetAdmin(LookedUpAdmin):
    """Clips, the newest first: where each lies, and what it was to be cut from."""

    list_display = ["id", "session_id", "state", "duration", "size", "storage_name", "created_at", "ready_at"]
    ordering = ["-id"]
    search_help_text = "Id of a clip, its post or its session"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk=term) | Q(session_id=term) | Q(post__id=term)
