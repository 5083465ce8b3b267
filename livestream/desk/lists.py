"""Lists that are as quick on their last page as on their first, however long they are.

A page of a list begins where the one before ended: the index is entered at that row. An
OFFSET would have the database walk past all rows before it, and a count past all there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Model, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from livestream import clock
from livestream.storage import keyset
from livestream.storage.keyset import Cursor, InvalidCursor, find_page, first_of_all
from livestream.storage.paging import last_before

Order = tuple[str, ...]


class KeysetChangeList(ChangeList):
    """A list in the order of an index, page by page, each found by a cursor.

    The order is the page's, or that of the chosen filter, which knows an index of its own;
    never one that somebody wrote into the address.
    """

    query: str
    earlier: str | None
    later: str | None

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        chosen = [spec.order for spec in self.filter_specs if getattr(spec, "order", ())]
        order = [*(chosen[0] if chosen else self.model_admin.get_ordering(request))]
        field = self.lookup_opts.get_field(order[-1].lstrip("-")) if order else None
        if field is None or not field.unique:
            sign = "-" if order and order[0].startswith("-") else ""
            order.append(sign + self.lookup_opts.pk.attname)
        return order

    def get_ordering_field_columns(self) -> dict[int, str]:
        return {}

    def get_results(self, request: HttpRequest) -> None:
        self.paginator = InfinitePaginator(self.queryset, self.list_per_page)
        self.paginator.template_name = "admin/keyset_pagination.html"
        queryset, pick = self._what_to_pick_from(request)
        try:
            text = request.GET.get(PAGE_VAR)
            page = find_page(
                queryset=queryset,
                ordering=tuple(self.get_ordering(request, queryset)),
                size=self.list_per_page,
                cursor=keyset.decode(text) if text else None,
                pick=pick,
            )
        except InvalidCursor as error:
            raise IncorrectLookupParameters from error
        self.result_list, self.result_count = page.rows, len(page.rows)
        self.earlier, self.later = self._link(page.previous), self._link(page.next)
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions, self.can_show_all, self.multi_page = True, False, True

    def _what_to_pick_from(self, request: HttpRequest) -> tuple[QuerySet[Any], Callable[..., list[Any]]]:
        wanted = getattr(self.model_admin, "alternatives", None)
        if not self.query.strip() or wanted is None:
            return self.queryset, first_of_all
        term, self.query = self.query, ""
        try:
            everything = self.get_queryset(request)
        finally:
            self.query = term
        return everything, first_of(wanted(term))

    def _link(self, cursor: Cursor | None) -> str | None:
        return self.get_query_string({PAGE_VAR: keyset.encode(cursor)}) if cursor else None


def first_of(alternatives: Sequence[Q]) -> Callable[[QuerySet[Any], int], list[Any]]:
    """Return what picks the first rows that fit any of the alternatives.

    Each is asked on its own, since each has an index that knows its order: an OR of them
    would have the database fetch and sort all that fit, of an account with a million transfers too.
    """

    def pick(ordered: QuerySet[Any], limit: int) -> list[Any]:
        everything = ordered.model._base_manager.order_by().values_list("pk", flat=True)
        parts = [everything.filter(pk__in=ordered.filter(each)[:limit].values("pk")) for each in alternatives]
        keys = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
        return list(ordered.filter(pk__in=list(keys))[:limit])

    return pick


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter: its rows, and the order of the index that finds them, where not the page's."""

    name: str
    label: str
    rows: Callable[[datetime], Q]
    order: Order = ()


class ChoiceFilter(admin.SimpleListFilter):
    """A filter made of choices, each of which an index answers."""

    offered: Sequence[Choice] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.name, each.label) for each in self.offered]

    @property
    def order(self) -> Order:
        """The order that goes with what is chosen; empty for the page's own."""
        chosen = self._chosen()
        return chosen.order if chosen else ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self._chosen()
        return queryset.filter(chosen.rows(clock.now())) if chosen else queryset

    def _chosen(self) -> Choice | None:
        return next((each for each in self.offered if each.name == self.value()), None)


_AGES = {
    "hour": ("within an hour", timedelta(hours=1)),
    "day": ("within a day", timedelta(days=1)),
    "week": ("within a week", timedelta(weeks=1)),
}


def age_filter(bound: Callable[[str, datetime], Q], *, order: Order = ()) -> type[ChoiceFilter]:
    """Make the filter of age; `bound(side, at)` says which rows are younger (`gte`) or older (`lt`) than `at`."""

    def choice(name: str, label: str, side: str, age: timedelta) -> Choice:
        return Choice(name, label, lambda now: bound(side, now - age), order)

    younger = [choice(name, label, "gte", age) for name, (label, age) in _AGES.items()]
    older = [choice(f"over-{n}", label.replace("within", "over"), "lt", age) for n, (label, age) in _AGES.items()]
    return type("AgeFilter", (ChoiceFilter,), {"title": "age", "parameter_name": "age", "offered": younger + older})


def by_time(field: str) -> Callable[[str, datetime], Q]:
    """Bound an age by a column of times."""
    return lambda side, at: Q(**{f"{field}__{side}": at})


def by_id(side: str, at: datetime) -> Q:
    """Bound an age by the ObjectIds themselves, which begin with the second they were made in."""
    return Q(**{f"pk__{side}": f"{max(0, int(at.timestamp())):08x}" + "0" * 16})


def by_position(model: type[Model], field: str) -> Callable[[str, datetime], Q]:
    """Bound an age in a log whose ids grow with time: the id of that moment is looked up first.

    So the log is still read in the order of its ids, together with whatever index begins with
    another column and goes on with the id.
    """

    def bound(side: str, at: datetime) -> Q:
        last = Coalesce(Subquery(last_before(model=model, field=field, at=at)), 0)
        return Q(pk__gt=last) if side == "gte" else Q(pk__lte=last)

    return bound
