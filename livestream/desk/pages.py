"""The base classes of all admin pages. Only `livestream.desk` imports the admin theme."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.admin import TabularInline as ThemedTabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from livestream.desk.actions import confirmed_action, is_allowed, offer, offered_on
from livestream.desk.lists import KeysetChangeList
from livestream.desk.redaction import redacted, without_secrets
from livestream.desk.relations import links_of

__all__ = [
    "AdminPasswordChangeForm",
    "ModelAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "TabularInline",
    "UserChangeForm",
    "UserCreationForm",
    "confirmed_action",
    "offer",
]


class ModelAdmin(ThemedModelAdmin):
    """An admin page that stays quick on a big table, and offers only what its user may do.

    It never counts a table, and its pages are found by a cursor. It accepts only its own filters:
    another condition in the URL might have no index.
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    sortable_by: Any = ()
    # The theme's script writes the number of selected rows into the counter, and fails without it.
    actions_selection_counter = True
    change_form_outer_before_template = "admin/around_object.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return KeysetChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in {each.parameter_name for each in self.list_filter}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            for each in offered_on(self.opts.label_lower):
                found[each.__name__] = (each, each.__name__, each.short_description)
        return {name: each for name, each in found.items() if is_allowed(each[0], request=request)}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        requested = {name for name in request.POST.getlist("action") if name}
        if requested - self.get_actions(request).keys():
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["links"] = links_of(row=row, site=self.admin_site, request=request)
            context["acts"] = [(name, text) for act, name, text in self._acts(request)]
        return super().render_change_form(request, context, *args, **kwargs)

    def _acts(self, request: HttpRequest) -> list[Any]:
        return [each for each in self.get_actions(request).values() if hasattr(each[0], "needs")]


class TabularInline(ThemedTabularInline):
    """The rows of a related table, on the page of the row they belong to."""

    extra = 0


class _ReadOnly:
    """Refuses to add, change and delete, both in forms and in requests made without them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_ReadOnly, ModelAdmin):
    """A read-only page, for tables that only services write, such as the ledger. It hides secrets."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        return row and _without_secrets(row)


class ReadOnlyInline(_ReadOnly, TabularInline):
    """Related rows, read-only."""

    can_delete = False


def _without_secrets(row: models.Model) -> models.Model:
    """Hide the secrets of a row, which is never saved, since the page is read-only."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.JSONField):
            setattr(row, field.attname, without_secrets(value))
        elif value and _is_free_text(field):
            setattr(row, field.attname, redacted(value))
    return row


def _is_free_text(field: models.Field[Any, Any]) -> bool:
    # The page needs the primary key, and a choice is a value that the code defines.
    return isinstance(field, models.CharField | models.TextField) and not field.primary_key and not field.choices
