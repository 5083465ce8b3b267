"""Where a story leads: to the admin page of each thing, and to what can be done there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import reverse

from livestream.story.subjects import Thing

# Nothing of a story is deleted, and exports and the like are for lists.
_NOT_HERE = {"delete_selected"}


@dataclass(frozen=True, slots=True)
class Action:
    """A button: it asks the list's action for this one row, which asks for confirmation."""

    name: str
    text: str
    url: str
    pk: str


class Links:
    """The links that this request's user may follow; each kind of page is asked about once."""

    def __init__(self, *, site: AdminSite, request: HttpRequest) -> None:
        self._site = site
        self._request = request
        self._pages: dict[str, Any] = {}
        self._actions: dict[str, list[tuple[str, str]]] = {}

    def to(self, thing: Thing | None) -> str:
        """Return the address of a thing's page, empty where there is none for this user."""
        if thing is None or self._page(thing.model) is None:
            return ""
        return reverse(f"{self._site.name}:{thing.model.replace('.', '_')}_change", args=[quote(thing.pk)])

    def actions(self, thing: Thing | None) -> list[Action]:
        """Return what this user may do to a thing."""
        page = self._page(thing.model) if thing else None
        if thing is None or page is None:
            return []
        url = reverse(f"{self._site.name}:{thing.model.replace('.', '_')}_changelist")
        return [Action(name, text, url, thing.pk) for name, text in self._offered(thing.model, page)]

    def _page(self, model: str) -> Any:
        if model not in self._pages:
            found = self._site._registry.get(apps.get_model(model))
            self._pages[model] = found if found and found.has_view_permission(self._request) else None
        return self._pages[model]

    def _offered(self, model: str, page: Any) -> list[tuple[str, str]]:
        if model not in self._actions:
            offered = page.get_actions(self._request).values()
            self._actions[model] = [(name, str(text)) for _, name, text in offered if name not in _NOT_HERE]
        return self._actions[model]
