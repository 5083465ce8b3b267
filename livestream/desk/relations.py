"""Links from a row's admin page to related rows. An app may declare links on the pages of lower apps.

The page of a lower app does not import a higher one. So the page of a user has links to goals
because the goals app declares them here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

# Maps a row to its related rows: the id of one, the query of a list, or None.
Find = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Relation:
    """A link on the page of a model, to a row or to a filtered list of another model."""

    text: str
    to: str
    find: Find


@dataclass(frozen=True, slots=True)
class Link:
    """The link of one row, as its page shows it."""

    text: str
    url: str


_relations: dict[str, list[Relation]] = {}


def relate(model: str, text: str, *, to: str, find: Find) -> None:
    """Declare a link with this text on each page of `model`, to the page of another model (labels, lower case).

    `find` takes the row and returns the id of the other row, the query of a list as a
    mapping, or None where there is nothing to link to.
    """
    _relations.setdefault(model, []).append(Relation(text, to, find))


def searched(of: Callable[[Any], str | None], **more: str) -> Find:
    """Return a `find` function for a list that is searched by a term of the row."""

    def find(row: Any) -> dict[str, str] | None:
        term = of(row)
        return {"q": term, **more} if term else None

    return find


def links_of(*, row: Any, site: AdminSite, request: HttpRequest) -> Sequence[Link]:
    """Return the links of a row that the user of this request may follow."""
    declared = _relations.get(row._meta.label_lower, ())
    found = ((each, each.find(row)) for each in declared if _may_view(each.to, site, request))
    return [Link(each.text, _url(each.to, what, site)) for each, what in found if what]


def _may_view(model: str, site: AdminSite, request: HttpRequest) -> bool:
    page = site._registry.get(apps.get_model(model))
    return page is not None and page.has_view_permission(request)


def _url(model: str, what: Any, site: AdminSite) -> str:
    name = f"{site.name}:{model.replace('.', '_')}"
    if isinstance(what, dict):
        return f"{reverse(f'{name}_changelist')}?{urlencode(what)}"
    return reverse(f"{name}_change", args=[quote(what)])
