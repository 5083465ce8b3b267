"""Searching big tables by what support knows: an id, or the beginning of a username."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from livestream import old_names
from livestream.desk.pages import ModelAdmin, ReadOnlyAdmin
from livestream.models import User

_MAX_USERS = 20
MOST_GOALS = 20

FindGoals = Callable[[str], list[str]]
_goal_finders: list[FindGoals] = []


class SearchedByIndex(ModelAdmin):
    """A page of a table that may be big: `wanted` returns the conditions of a search, each with an index.

    Users are looked up first, because no index can answer an OR across two tables.
    """

    search_fields: Any = ["pk"]  # shows the search box; `wanted` does the search

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(functools.reduce(operator.or_, self.alternatives(term))), False

    def alternatives(self, term: str) -> Sequence[Q]:
        """Return the conditions of a search, each with an index of its own; a row matches any of them."""
        term = old_names.escrow_id_in(term.strip())
        wanted = self.wanted(term, users_called(term))
        return [wanted] if isinstance(wanted, Q) else wanted

    def wanted(self, term: str, people: list[str]) -> Q | Sequence[Q]:
        """Return the condition, or conditions, for a term; `people` are the ids of the users that it names."""
        return Q(pk=term)


class LookedUpAdmin(SearchedByIndex, ReadOnlyAdmin):
    """A read-only page of a table that may be big."""


def users_called(term: str) -> list[str]:
    """Return the ids of up to 20 users with this id, or whose username begins with it."""
    named = User.objects.filter(Q(pk=term) | Q(username__startswith=term))
    return list(named.order_by("username").values_list("pk", flat=True)[:_MAX_USERS])


def find_goals_by(find: FindGoals) -> None:
    """Declare what finds the ids of up to MOST_GOALS goals by a term; this floor does not know what goals are."""
    _goal_finders.append(find)


def goals_called(term: str) -> list[str]:
    """Return the ids of goals that a term names by something other than an id."""
    return [goal_id for find in _goal_finders for goal_id in find(term)]


def link_to_search(*, page: str, term: str, text: str) -> str:
    """Return a link to the rows that `term` finds on another admin page (`app_model`)."""
    return format_html('<a href="{}?q={}">{}</a>', reverse(f"admin:{page}_changelist"), term, text)


def link_to_row(*, page: str, pk: str | None) -> str:
    """Return a link to the page of a row (`app_model`), with its id as text."""
    if not pk:
        return "-"
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{page}_change", args=[pk]), pk)
