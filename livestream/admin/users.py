"""Accounts: searched by id or username, with their tags; superusers edit them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as LibraryGroupAdmin
from django.contrib.auth.admin import UserAdmin as LibraryUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q
from django.http import HttpRequest

from livestream import clock, sign_ins, users
from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_time
from livestream.desk.pages import (
    AdminPasswordChangeForm,
    ModelAdmin,
    TabularInline,
    UserChangeForm,
    UserCreationForm,
    confirmed_action,
)
from livestream.desk.relations import relate, searched
from livestream.desk.search import SearchedByIndex
from livestream.models import SignIn, User, UserTag

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(LibraryGroupAdmin, ModelAdmin):
    """Groups: what their members may view and do."""

    list_filter = ()


class TagInline(TabularInline):
    model = UserTag
    ordering = ["tag"]
    per_page = 20


class RoleFilter(ChoiceFilter):
    title = "role"
    parameter_name = "role"
    offered = (
        Choice("staff", "staff", lambda now: Q(is_staff=True)),
        Choice("closed", "closed accounts", lambda now: Q(is_active=False)),
    )


@admin.register(User)
class UserAdmin(LibraryUserAdmin, SearchedByIndex):
    """Accounts, with their tags."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "id", "is_staff", "is_active", "date_joined"]
    list_filter = [RoleFilter, age_filter(by_time("date_joined"), order=("-date_joined", "-id"))]
    ordering = ["username"]
    search_help_text = "Id, or the beginning of the username"
    inlines = [TagInline]
    actions = ["block", "unblock", "close", "reopen", "sign_out"]

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(pk=term), Q(username__startswith=term)]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Hide the password hash and the permissions from users who may only view."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        seen = ["id", "username", "is_active", "is_staff", "groups", "date_joined", "last_login"]
        return [(None, {"fields": seen})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["id"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete accounts, because the ledger and the event log refer to them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save an account; if the form closed it, publish `account.closed` in the same transaction."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            users.follow_closing(user_id=obj.pk, now=clock.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save an account's tags; new and changed ones go through the service, which publishes blocks."""
        for row in formset.save(commit=False):
            if row.pk is not None:
                UserTag.objects.filter(pk=row.pk).delete()
            users.add_tag(user_id=row.user_id, tag=row.tag, now=clock.now())
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    @confirmed_action(
        name="user.block",
        description="Block for a streamer",
        permission="livestream.block_user",
        fields={"streamer": "Id or username of the streamer"},
    )
    def block(self, request: HttpRequest, viewers: Sequence[User], *, streamer: str, reason: str) -> str:
        found = users.find_user(term=streamer)
        for viewer in viewers:
            users.block(streamer_id=found.pk, user_id=viewer.pk, now=clock.now())
        return f"{len(viewers)} blocked by {found}"

    @confirmed_action(
        name="user.unblock",
        description="Unblock for a streamer",
        permission="livestream.block_user",
        fields={"streamer": "Id or username of the streamer"},
    )
    def unblock(self, request: HttpRequest, viewers: Sequence[User], *, streamer: str, reason: str) -> str:
        found = users.find_user(term=streamer)
        for viewer in viewers:
            users.unblock(streamer_id=found.pk, user_id=viewer.pk)
        return f"{len(viewers)} no longer blocked by {found}"

    @confirmed_action(
        name="user.close",
        description="Close account",
        permission="livestream.close_user",
        warning="A running session ends now, and what viewers paid for is refunded or split. "
        "Payments that the account itself made are refunded.",
    )
    def close(self, request: HttpRequest, accounts: Sequence[User], *, reason: str) -> str:
        for account in accounts:
            users.close_account(user_id=account.pk, now=clock.now())
        return f"{len(accounts)} closed"

    @confirmed_action(
        name="user.reopen",
        description="Open account again",
        permission="livestream.close_user",
    )
    def reopen(self, request: HttpRequest, accounts: Sequence[User], *, reason: str) -> str:
        for account in accounts:
            users.reopen_account(user_id=account.pk)
        return f"{len(accounts)} open again"

    @confirmed_action(
        name="user.sign_out",
        description="End all sign-ins",
        permission="livestream.sign_out_user",
        warning="The apps and browsers of these users ask for the password again.",
    )
    def sign_out(self, request: HttpRequest, accounts: Sequence[User], *, reason: str) -> str:
        because, now = SignIn.ENDED_BY_SUPPORT, clock.now()
        ended = sum(sign_ins.end_all(user_id=account.pk, because=because, now=now) for account in accounts)
        return f"{ended} sign-ins ended"


relate("livestream.user", "Events", to="livestream.eventrecord", find=searched(lambda user: user.pk))
relate("livestream.user", "What they did as staff", to="admin.logentry", find=searched(lambda u: u.is_staff and u.pk))
