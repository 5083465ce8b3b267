"""What support staff sees of sessions: everything, and changes nothing by hand."""

from __future__ import annotations

from django.contrib import admin

from livestream.admin_base import ReadOnlyAdmin
from sessions_app.models import Session


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sessions, newest first."""

    list_display = ["id", "streamer", "title", "preset", "active", "created_at", "started_at", "ended_at"]
    list_filter = ["active", "preset"]
    list_select_related = ["streamer"]
    ordering = ["-created_at", "-id"]
    search_fields = ["id__exact", "streamer__id__exact", "streamer__username__startswith"]
    search_help_text = "Id of a session or of its streamer, or the beginning of the streamer's name"
