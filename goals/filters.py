"""How lists of goals and payments can be narrowed."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from goals import selectors
from goals.endings import Outcome
from goals.models import Goal
from goals.payments import KINDS, PaymentKind, PaymentState
from goals.types import GoalType
from livestream.api.filters import ObjectIdFilter, ObjectIdsFilter, SinceFilter, TrueFalseFilter, UntilFilter
from wallet.models import Transfer

_STATES = {
    "scheduled": Q(active=False, ended_at=None),
    "active": Q(active=True),
    "ended": Q(ended_at__isnull=False),
}


class GoalFilter(django_filters.FilterSet):
    """`session` and `streamer` are ids, `type`, `state` and `outcome` those of a goal; `until` is exclusive."""

    session = ObjectIdFilter(field_name="session_id")
    streamer = ObjectIdFilter(field_name="streamer_id")
    type = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in GoalType])
    active = TrueFalseFilter()
    state = django_filters.ChoiceFilter(choices=[(each, each) for each in _STATES], method="in_state")
    outcome = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in Outcome])
    since = SinceFilter()
    until = UntilFilter()
    ids = ObjectIdsFilter()

    class Meta:
        model = Goal
        fields: ClassVar[list[Any]] = []

    def in_state(self, goals: QuerySet[Goal], _name: str, state: str) -> QuerySet[Goal]:
        return goals.filter(_STATES[state])


class PaymentFilter(django_filters.FilterSet):
    """`goal` is the sale, its show, an invitation or the 1-on-1 it led to; `since` is inclusive, `until` exclusive."""

    state = django_filters.ChoiceFilter(
        field_name="payment_state", choices=[(each.value, each.value) for each in PaymentState]
    )
    kind = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in PaymentKind], method="of_kind")
    goal = ObjectIdFilter(method="of_goal")
    since = SinceFilter()
    until = UntilFilter()

    class Meta:
        model = Transfer
        fields: ClassVar[list[Any]] = []

    def of_kind(self, payments: QuerySet[Transfer], _name: str, kind: str) -> QuerySet[Transfer]:
        [prefix] = [prefix for prefix, each in KINDS.items() if each == kind]
        return payments.filter(credit__id__startswith=f"{prefix}:")

    def of_goal(self, payments: QuerySet[Transfer], _name: str, goal_id: str) -> QuerySet[Transfer]:
        escrow_id = selectors.escrow_of_goal(goal_id)
        return payments.filter(credit_id=escrow_id) if escrow_id else payments.none()
