"""The admin page of idempotency keys."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from livestream.desk.search import LookedUpAdmin
from livestream.models import IdempotencyRecord


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(LookedUpAdmin):
    """The keys that were answered. The answers are not shown: they concern the caller alone."""

    list_display = ["key", "path", "user_id", "status", "created_at"]
    fields = ["key", "path", "user_id", "status", "leased_until", "created_at"]
    ordering = ["-created_at", "-id"]
    search_help_text = "Id of a user, or the beginning of their name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(user_id=each) for each in people or [term]]
