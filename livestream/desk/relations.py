"""What belongs to a row of the admin: links that each floor declares, also on pages below its own.

A lower floor's page knows no higher one. So the page of a user shows links to goals because
the floor of goals has said so here.
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

# From a row to what finds its relatives: the id of one row, or the query of a list. Nothing where it has none.
Find = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Relation:
    """One link on the page of a model: to a row, or to a filtered list, of another one."""

    text: str
    to: str
    find: Find


@dataclass(frozen=True, slots=True)
class Link:
    """A relation of one row, as a page shows it."""

    text: str
    url: str


_relations: dict[str, list[Relation]] = {}


def relate(model: str, text: str, *, to: str, find: Find) -> None:
    """Declare a link on each page of `model`, called `text`, to the page of another model (labels, lower case).

    `find` takes the row and returns the id of the other row, the query of a list as a
    mapping, or None where there is nothing to link to.
    """
    _relations.setdefault(model, []).append(Relation(text, to, find))


def searched(of: Callable[[Any], str | None], **more: str) -> Find:
    """Return what finds the rows of a list by a term that is read from the row."""

    def find(row: Any) -> dict[str, str] | None:
        term = of(row)
        return {"q": term, **more} if term else None

    return find


def links_of(*, row: Any, site: AdminSite, request: HttpRequest) -> Sequence[Link]:
    """Return the links on a row's page that this request's user may follow."""
    declared = _relations.get(row._meta.label_lower, ())
    found = ((each, each.find(row)) for each in declared if _may_look(each.to, site, request))
    return [Link(each.text, _url(each.to, what, site)) for each, what in found if what]


def _may_look(model: str, site: AdminSite, request: HttpRequest) -> bool:
    page = site._registry.get(apps.get_model(model))
    return page is not None and page.has_view_permission(request)


def _url(model: str, what: Any, site: AdminSite) -> str:
    name = f"{site.name}:{model.replace('.', '_')}"
    if isinstance(what, dict):
        return f"{reverse(f'{name}_changelist')}?{urlencode(what)}"
    return reverse(f"{name}_change", args=[quote(what)])
