"""What support staff reads here: what clients were told, and what Pusher told us."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from livestream.admin_base import ReadOnlyAdmin
from notifications import selectors
from notifications.models import Admission, Audience, Push, Webhook


class Delivery(admin.SimpleListFilter):
    """Whether a push is sent, waits, or was refused."""

    title = "delivery"
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sent", "sent"), ("unsent", "unsent"), ("failed", "failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Push]) -> QuerySet[Push]:
        if self.value() == "sent":
            return queryset.filter(sent_at__isnull=False)
        if self.value() == "unsent":
            return queryset.filter(sent_at=None, failed_at=None)
        if self.value() == "failed":
            return queryset.filter(failed_at__isnull=False)
        return queryset


class Processing(admin.SimpleListFilter):
    """Whether a webhook is processed, waits, or failed so far."""

    title = "processing"
    parameter_name = "processing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("done", "processed"), ("waiting", "waiting"), ("failing", "failing")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> QuerySet[Webhook]:
        if self.value() == "done":
            return queryset.filter(processed_at__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(processed_at=None)
        if self.value() == "failing":
            return queryset.filter(processed_at=None, attempts__gt=0)
        return queryset


@admin.register(Push)
class PushAdmin(ReadOnlyAdmin):
    """Pushes, newest first; with the local provider, this is where they arrive."""

    list_display = ["id", "event", "channel_names", "subject", "created_at", "sent_at", "provider", "attempts"]
    list_filter = [Delivery, "event", "provider"]
    ordering = ["-id"]
    search_fields = ["subject__exact", "event_id__exact", "channels__icontains"]
    search_help_text = "Id of a goal, session or escrow, of an event, or part of a channel's name"

    @admin.display(description="channels")
    def channel_names(self, push: Push) -> str:
        first = ", ".join(push.channels[:3])
        return first if len(push.channels) <= 3 else f"{first} and {len(push.channels) - 3} more"


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """The inbox, newest first."""

    list_display = ["id", "name", "channel", "user_id", "received_at", "processed_at", "result", "attempts"]
    list_filter = [Processing, "result", "name"]
    ordering = ["-id"]
    search_fields = ["channel__icontains", "user_id__exact", "body_hash__exact"]
    search_help_text = "Part of a channel's name, a user's id, or the hash of a webhook's body"


class Telling(admin.SimpleListFilter):
    """Whether somebody of an audience is still to be told."""

    title = "telling"
    parameter_name = "telling"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "somebody waits"), ("closed", "closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Audience]) -> QuerySet[Audience]:
        if self.value() == "waiting":
            return queryset.filter(pk__in=selectors.audiences_to_tell())
        if self.value() == "closed":
            return queryset.filter(closed_at__isnull=False)
        return queryset


@admin.register(Audience)
class AudienceAdmin(ReadOnlyAdmin):
    """Who was let in, beginning by beginning, and what all of them were told."""

    list_display = ["id", "goal_id", "since", "exp", "created_at", "walked_at", "closed_at"]
    list_filter = [Telling]
    ordering = ["-created_at", "-id"]
    readonly_fields = ["told"]
    search_fields = ["id__exact", "goal_id__exact", "subject__exact", "event_id__exact"]
    search_help_text = "Id of an audience, a goal or an event; its viewers are found under Admissions by its id"

    @admin.display(description="viewers told")
    def told(self, audience: Audience) -> str:
        return f"{audience.admissions.filter(told_at__isnull=False).count():,}"


@admin.register(Admission)
class AdmissionAdmin(ReadOnlyAdmin):
    """Whom each audience consists of; with the local provider, this is where their events arrive."""

    list_display = ["viewer_id", "audience_id", "told_at", "exp", "failed_at", "provider"]
    list_filter = ["provider"]
    ordering = ["-id"]
    search_fields = ["viewer_id__exact", "audience_id__exact"]
    search_help_text = "Id of a viewer or of an audience"
