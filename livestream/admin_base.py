"""What every admin page of the house is made from; the one module that knows the admin theme."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.admin import TabularInline as ThemedTabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator

from livestream.errors import DomainError

__all__ = [
    "AdminPasswordChangeForm",
    "ModelAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "TabularInline",
    "UserChangeForm",
    "UserCreationForm",
    "confirmed_action",
]

_LONGEST_REASON = 500


class ModelAdmin(ThemedModelAdmin):
    """An admin page that stays quick on a big table: it never counts the whole of it."""

    show_full_result_count = False
    list_per_page = 50


class TabularInline(ThemedTabularInline):
    """Rows of a related table on the page of their owner."""

    extra = 0


class _LookOnly:
    """Refuses to add, change and delete, in forms and in requests made by hand alike."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_LookOnly, ModelAdmin):
    """A page to look at: for what only services may write, such as the ledger."""

    paginator = InfinitePaginator
    actions_selection_counter = False


class ReadOnlyInline(_LookOnly, TabularInline):
    """Related rows to look at."""

    can_delete = False


Act = Callable[[Any, HttpRequest, Sequence[Any], str], str]


def confirmed_action(*, description: str, permission: str) -> Callable[[Act], Callable[..., Any]]:
    """Declare an action that asks for a reason first, and leaves an audit entry for each object.

    The decorated method is given the chosen objects and the reason, calls a service, and
    returns what to tell. `permission` names a method `has_{permission}_permission`. Act and
    audit commit together; a domain error of the service is shown and changes nothing.
    """

    def decorate(act: Act) -> Callable[..., Any]:
        @admin.action(description=description, permissions=[permission])
        @functools.wraps(act)
        def ask_then_act(page: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
            reason = request.POST.get("reason", "").strip()[:_LONGEST_REASON]
            if not reason:
                return _ask(page, request, queryset, description, act.__name__)
            chosen = list(queryset)
            try:
                with transaction.atomic():
                    note = f"{description}: {reason}"
                    LogEntry.objects.log_actions(str(request.user.pk), chosen, CHANGE, note)
                    told = act(page, request, chosen, reason)
            except DomainError as error:
                page.message_user(request, str(error), messages.ERROR)
            else:
                page.message_user(request, told)
            return None

        return ask_then_act

    return decorate


def _ask(page: Any, request: HttpRequest, queryset: models.QuerySet[Any], description: str, name: str) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": description,
        "opts": page.opts,
        "objects": queryset,
        "action": name,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "longest_reason": _LONGEST_REASON,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
