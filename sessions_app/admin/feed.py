"""What support staff sees of the feed."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from livestream.desk.search import LookedUpAdmin
from sessions_app.models import FeedEntry, Session


@admin.register(FeedEntry)
class FeedEntryAdmin(LookedUpAdmin):
    """The stored feed, in its order."""

    list_display = ["id", "session_id", "started_at", "goals", "updated_at"]
    ordering = ["-started_at", "-id"]
    search_help_text = "Id of an entry, a session or its streamer, or the beginning of the streamer's name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        theirs = Session.objects.filter(streamer_id__in=people).values("pk")
        return [Q(pk=term), Q(session_id=term), Q(session_id__in=theirs)]

    @admin.display(description="goals")
    def goals(self, entry: FeedEntry) -> int:
        return len(entry.goal_ids)
