"""What support staff sees of recordings, and of every call to the RTC provider."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from livestream.admin_base import ReadOnlyAdmin
from livestream.admin_search import LookedUpAdmin
from sessions_app.models import Recording, RtcCall, Source


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Where streamers broadcast from."""

    list_display = ["id", "user", "provider", "created_at"]
    list_filter = ["provider"]
    list_select_related = ["user"]
    ordering = ["-created_at", "-id"]
    search_fields = ["id__exact", "user__id__exact"]
    search_help_text = "Id of a source or of its streamer"


@admin.register(Recording)
class RecordingAdmin(LookedUpAdmin):
    """Shows' recordings, newest first."""

    list_display = [
        "goal_id",
        "state",
        "session_id",
        "streamer_id",
        "room_id",
        "created_at",
        "started_at",
        "stopped_at",
    ]
    ordering = ["-created_at", "-goal_id"]
    search_help_text = "Id of a show, a session or a streamer, or the beginning of the streamer's name"

    @admin.display(description="state")
    def state(self, recording: Recording) -> str:
        return recording.state

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk=term) | Q(session_id=term) | Q(streamer_id__in=people)


@admin.register(RtcCall)
class RtcCallAdmin(LookedUpAdmin):
    """Calls to the provider, newest first; with the local one, this is where they arrive."""

    list_display = ["id", "action", "subject", "outcome", "said", "provider", "made_at", "took_ms"]
    list_filter = ["action", "outcome", "provider"]
    ordering = ["-id"]
    search_help_text = "Id of a show, or of a session whose streamer was put out of the room"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(subject=term)
