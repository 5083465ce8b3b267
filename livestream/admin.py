"""What support staff sees of the ground floor (spec section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as LibraryGroupAdmin
from django.contrib.auth.admin import UserAdmin as LibraryUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from livestream import clock, outbox
from livestream.admin_base import (
    AdminPasswordChangeForm,
    ModelAdmin,
    ReadOnlyAdmin,
    TabularInline,
    UserChangeForm,
    UserCreationForm,
    confirmed_action,
)
from livestream.models import EventRecord, IdempotencyRecord, OutboxMessage, User, UserTag

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(LibraryGroupAdmin, ModelAdmin):
    """Roles: what those in a group may see and do."""


class TagInline(TabularInline):
    model = UserTag


@admin.register(User)
class UserAdmin(LibraryUserAdmin, ModelAdmin):
    """Accounts, with their tags."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "id", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["id__exact", "username__startswith"]
    search_help_text = "Id, or the beginning of the username"
    inlines = [TagInline]


@admin.register(EventRecord)
class EventRecordAdmin(ReadOnlyAdmin):
    """The event log: what happened, newest first."""

    list_display = ["position", "name", "goal_id", "session_id", "triggerer", "occurred_at"]
    list_filter = ["name"]
    ordering = ["-position"]
    search_fields = [f"{name}__exact" for name in ("event_id", "goal_id", "session_id", "user_id", "escrow_id")]
    search_help_text = "Id of an event, goal, session, user or escrow"


class StateFilter(admin.SimpleListFilter):
    """Which messages wait for their time, are due, or gave up."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("due", "Due"), ("failing", "Failing"), ("dead", "Dead")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        alive = queryset.filter(failed_at=None)
        chosen = {
            "waiting": alive.filter(eta__gt=clock.now()),
            "due": alive.filter(eta__lte=clock.now()),
            "failing": alive.filter(attempts__gt=0),
            "dead": queryset.filter(failed_at__isnull=False),
        }
        return chosen.get(self.value() or "", queryset)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Work that is still to be done, what stands in its way, and a way to try again."""

    list_display = ["actor", "subject", "due_at", "attempts", "last_error", "failed_at"]
    list_filter = [StateFilter]
    ordering = ["due_at"]
    search_fields = ["id__exact", "subject__exact", "actor__exact", "key__exact"]
    search_help_text = "Id of a message or of its subject (a goal, …), actor, or key"
    actions = ["retry_now"]

    @admin.display(description="last error")
    def last_error(self, message: OutboxMessage) -> str:
        """Show the last line of the traceback, which says what went wrong."""
        return message.error.strip().rpartition("\n")[2][:120]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Let those retry who may change messages, which no form lets them do."""
        return request.user.has_perm("livestream.change_outboxmessage")

    @confirmed_action(description="Retry now", permission="retry")
    def retry_now(self, request: HttpRequest, messages: Sequence[OutboxMessage], reason: str) -> str:
        retried = outbox.retry(message_ids=[each.pk for each in messages], now=clock.now())
        return f"{retried} of {len(messages)} messages are due now"


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    """Which keys were answered; not what, since an answer is the caller's own business."""

    list_display = ["key", "path", "user_id", "status", "created_at"]
    fields = ["key", "path", "user_id", "status", "leased_until", "created_at"]
    ordering = ["-created_at"]
    search_fields = ["key__exact", "user__id__exact"]
    search_help_text = "Idempotency-Key, or id of a user"
