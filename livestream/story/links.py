"""The links of a story: to the admin page of each row, and to the actions on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import reverse

from livestream.story.subjects import RowRef

# The rows of a story are never deleted from its page.
_EXCLUDED = {"delete_selected"}


@dataclass(frozen=True, slots=True)
class Action:
    """A button that runs an action of the list on this one row; the action asks for confirmation."""

    name: str
    text: str
    url: str
    pk: str


class Links:
    """The links that the user of this request may follow; the permission is checked once for each model."""

    def __init__(self, *, site: AdminSite, request: HttpRequest) -> None:
        self._site = site
        self._request = request
        self._pages: dict[str, Any] = {}
        self._actions: dict[str, list[tuple[str, str]]] = {}

    def to(self, ref: RowRef | None) -> str:
        """Return the URL of a row's page, empty where there is none or this user may not view it."""
        if ref is None or self._page(ref.model) is None:
            return ""
        return reverse(f"{self._site.name}:{ref.model.replace('.', '_')}_change", args=[quote(ref.pk)])

    def actions(self, ref: RowRef | None) -> list[Action]:
        """Return the actions that this user may run on a row."""
        page = self._page(ref.model) if ref else None
        if ref is None or page is None:
            return []
        url = reverse(f"{self._site.name}:{ref.model.replace('.', '_')}_changelist")
        return [Action(name, text, url, ref.pk) for name, text in self._offered(ref.model, page)]

    def _page(self, model: str) -> Any:
        if model not in self._pages:
            found = self._site._registry.get(apps.get_model(model))
            self._pages[model] = found if found and found.has_view_permission(self._request) else None
        return self._pages[model]

    def _offered(self, model: str, page: Any) -> list[tuple[str, str]]:
        if model not in self._actions:
            offered = page.get_actions(self._request).values()
            self._actions[model] = [(name, str(text)) for _, name, text in offered if name not in _EXCLUDED]
        return self._actions[model]
