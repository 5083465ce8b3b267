"""Finding rows of big tables by what support has in hand: an id, or the beginning of a username."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from livestream.desk.pages import ModelAdmin, ReadOnlyAdmin
from livestream.models import User

_MOST_PEOPLE = 20


class SearchedByIndex(ModelAdmin):
    """A page of a table that may be big: `wanted` says what a term finds, each part of it through an index.

    People are looked up first, because an OR across two tables is a question that no index
    can answer.
    """

    search_fields: Any = ["pk"]  # has the page show its search box; `wanted` is what searches

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(functools.reduce(operator.or_, self.alternatives(term))), False

    def alternatives(self, term: str) -> Sequence[Q]:
        """Return the conditions of which a row that the term finds fits any, each with an index of its own."""
        term = term.strip()
        wanted = self.wanted(term, users_called(term))
        return [wanted] if isinstance(wanted, Q) else wanted

    def wanted(self, term: str, people: list[str]) -> Q | Sequence[Q]:
        """Return what the term finds in this table; `people` are ids of users it names."""
        return Q(pk=term)


class LookedUpAdmin(SearchedByIndex, ReadOnlyAdmin):
    """A page to look at, of a table that may be big."""


def users_called(term: str) -> list[str]:
    """Return the ids of up to 20 users with this id, or whose username begins with it."""
    named = User.objects.filter(Q(pk=term) | Q(username__startswith=term))
    return list(named.order_by("username").values_list("pk", flat=True)[:_MOST_PEOPLE])


def link_to_row(*, page: str, pk: str | None) -> str:
    """Return a link to a row's own page (`app_model`), called by its id."""
    if not pk:
        return "-"
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{page}_change", args=[pk]), pk)
