"""How lists of transfers and earnings can be narrowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field

from livestream.api.filters import IdsFilter, ObjectIdFilter, ObjectIdsFilter, SinceFilter, UntilFilter
from wallet.models import Earning, Transfer

_TRANSFER_IDS = {"type": "string", "description": "Up to 100 ids of transfers, separated by commas"}
_SINCE = {"type": "integer", "description": "Only those of hours that begin at this time or later, in unix seconds."}
_UNTIL = {"type": "integer", "description": "Only those of hours that begin before this time, in unix seconds."}
_escrow_of_goal: Callable[[str], str | None] = lambda _goal_id: None  # noqa: E731 - replaced by the app of goals


def register_goals(escrow_of_goal: Callable[[str], str | None]) -> None:
    """Have `escrow_of_goal(goal_id)` return the escrow of a goal, which this app knows nothing about."""
    global _escrow_of_goal
    _escrow_of_goal = escrow_of_goal


def _escrow(goal_id: str) -> str:
    return _escrow_of_goal(goal_id) or ""


@extend_schema_field(_TRANSFER_IDS)
class TransferIdsFilter(IdsFilter):
    """Filters by up to 100 ids of transfers."""


class TransferFilter(django_filters.FilterSet):
    """`escrow` is the id of an escrow, `goal` of a goal whose money it holds; `until` is exclusive."""

    kind = django_filters.ChoiceFilter(choices=Transfer.Kind.choices)
    escrow = django_filters.CharFilter(method="of_escrow", max_length=64)
    goal = ObjectIdFilter(method="of_goal")
    since = SinceFilter()
    until = UntilFilter()
    ids = TransferIdsFilter()

    class Meta:
        model = Transfer
        fields: ClassVar[list[Any]] = []

    def of_escrow(self, transfers: QuerySet[Transfer], _name: str, escrow_id: str) -> QuerySet[Transfer]:
        return transfers.filter(Q(credit_id=escrow_id) | Q(debit_id=escrow_id))

    def of_goal(self, transfers: QuerySet[Transfer], name: str, goal_id: str) -> QuerySet[Transfer]:
        return self.of_escrow(transfers, name, _escrow(goal_id))


class EarningFilter(django_filters.FilterSet):
    """`escrow` is the id of an escrow, `goal` of a goal whose money it holds; `until` is exclusive."""

    state = django_filters.ChoiceFilter(choices=Earning.State.choices)
    escrow = django_filters.CharFilter(field_name="escrow_id", max_length=64)
    goal = ObjectIdFilter(method="of_goal")
    since = extend_schema_field(_SINCE)(SinceFilter("hour"))
    until = extend_schema_field(_UNTIL)(UntilFilter("hour"))
    ids = ObjectIdsFilter()

    class Meta:
        model = Earning
        fields: ClassVar[list[Any]] = []

    def of_goal(self, earnings: QuerySet[Earning], _name: str, goal_id: str) -> QuerySet[Earning]:
        return earnings.filter(escrow_id=_escrow(goal_id))
