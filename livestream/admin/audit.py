"""The admin page of the audit log: what members of staff did, and why."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Q

from livestream.desk.relations import relate
from livestream.desk.search import LookedUpAdmin


@admin.register(LogEntry)
class LogEntryAdmin(LookedUpAdmin):
    """The audit log, newest first. The entries about one row are also in the history of that row."""

    list_display = ["id", "action_time", "user", "content_type", "object_id", "change_message"]
    list_select_related = ["user", "content_type"]
    ordering = ["-id"]
    search_help_text = "Id of a member of staff, or the beginning of their name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(user_id=each) for each in people or [term]]


relate("admin.logentry", "Member of staff", to="livestream.user", find=lambda entry: entry.user_id)
