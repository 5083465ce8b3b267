"""Keyset pagination for lists: the last page is as quick as the first, however long the list is.

A page begins after the last row of the previous page, which an index finds. An OFFSET would
make the database read every row before the page, and a count would read the whole table.
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
from livestream.storage.keyset import Cursor, InvalidCursor, find_page, first_of_all, last_before

Order = tuple[str, ...]


class KeysetChangeList(ChangeList):
    """A list in the order of an index; each of its pages is found by a cursor.

    The order is that of the admin page, or that of the chosen filter, which may have an index of
    its own. The URL cannot set an order, which might have no index.
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
        queryset, pick = self._rows_and_pick(request)
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

    def _rows_and_pick(self, request: HttpRequest) -> tuple[QuerySet[Any], Callable[..., list[Any]]]:
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
    """Return a function that picks the first rows that match any of the alternatives.

    Each alternative is a subquery of its own, because each has an index in the right order. With
    an OR, the database would read and sort every matching row, such as the million transfers of
    one account.
    """

    def pick(ordered: QuerySet[Any], limit: int) -> list[Any]:
        everything = ordered.model._base_manager.order_by().values_list("pk", flat=True)
        parts = [everything.filter(pk__in=ordered.filter(each)[:limit].values("pk")) for each in alternatives]
        keys = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
        return list(ordered.filter(pk__in=list(keys))[:limit])

    return pick


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter: the condition for its rows, and the order of their index (empty: that of the page)."""

    name: str
    label: str
    rows: Callable[[datetime], Q]
    order: Order = ()


class ChoiceFilter(admin.SimpleListFilter):
    """A filter with a fixed list of choices, each of which has an index."""

    offered: Sequence[Choice] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.name, each.label) for each in self.offered]

    @property
    def order(self) -> Order:
        """The order of the chosen filter; empty for that of the page."""
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
    """Make a filter by age; `bound(side, at)` is the condition for rows younger (`gte`) or older (`lt`) than `at`."""

    def choice(name: str, label: str, side: str, age: timedelta) -> Choice:
        return Choice(name, label, lambda now: bound(side, now - age), order)

    younger = [choice(name, label, "gte", age) for name, (label, age) in _AGES.items()]
    older = [choice(f"over-{n}", label.replace("within", "over"), "lt", age) for n, (label, age) in _AGES.items()]
    return type("AgeFilter", (ChoiceFilter,), {"title": "age", "parameter_name": "age", "offered": younger + older})


def by_time(field: str) -> Callable[[str, datetime], Q]:
    """Filter by age with a time column."""
    return lambda side, at: Q(**{f"{field}__{side}": at})


def by_id(side: str, at: datetime) -> Q:
    """Filter by age with the ObjectIds, which begin with the second of their creation."""
    return Q(**{f"pk__{side}": f"{max(0, int(at.timestamp())):08x}" + "0" * 16})


def by_position(model: type[Model], field: str) -> Callable[[str, datetime], Q]:
    """Filter a log by age with its ids, which grow with time: the id at that time is looked up first.

    So the log is still read in the order of its ids. An index on another column and the id
    can be used as well.
    """

    def bound(side: str, at: datetime) -> Q:
        last = Coalesce(Subquery(last_before(model=model, field=field, at=at)), 0)
        return Q(pk__gt=last) if side == "gte" else Q(pk__lte=last)

    return bound
