"""Finding rows of big tables by what support has in hand: an id, or the beginning of a username."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from livestream.admin_base import ReadOnlyAdmin
from livestream.models import User

_MOST_PEOPLE = 100


class LookedUpAdmin(ReadOnlyAdmin):
    """A page of a table that may be big: every search goes through an index, and nothing is sorted.

    `wanted` says what a term finds. People are looked up first, because an OR across two
    tables is a question that no index can answer.
    """

    sortable_by = ()
    search_fields = ["pk"]  # has the page show its search box; `wanted` is what searches

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (self.found(queryset, term, users_called(term)) if term else queryset), False

    def found(self, queryset: QuerySet[Any], term: str, people: list[str]) -> QuerySet[Any]:
        """Narrow the rows to those that the term, or the `people` it names, stand for."""
        return queryset.filter(self.wanted(term, people))

    def wanted(self, term: str, people: list[str]) -> Q:
        """Return what the term finds in this table; `people` are ids of users it names."""
        return Q(pk=term)


def users_called(term: str) -> list[str]:
    """Return the ids of up to 100 users with this id, or whose username begins with it."""
    named = User.objects.filter(Q(pk=term) | Q(username__startswith=term))
    return list(named.order_by("username").values_list("pk", flat=True)[:_MOST_PEOPLE])


def link_to_search(*, page: str, term: str, text: str) -> str:
    """Return a link to the rows that `term` finds on another admin page (`app_model`)."""
    return format_html('<a href="{}?q={}">{}</a>', reverse(f"admin:{page}_changelist"), term, text)
