"""How lists of goals can be narrowed."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters

from goals.models import Goal
from livestream.api.filters import ObjectIdFilter
from livestream.events.contracts import GOAL_TYPES


class GoalFilter(django_filters.FilterSet):
    """`session` and `streamer` are ids, `type` a goal type, `active` is `true` or `false`."""

    session = ObjectIdFilter(field_name="session_id")
    streamer = ObjectIdFilter(field_name="streamer_id")
    type = django_filters.ChoiceFilter(choices=[(t, t) for t in GOAL_TYPES])
    active = django_filters.TypedChoiceFilter(
        choices=(("true", "true"), ("false", "false")), coerce=lambda text: text == "true"
    )

    class Meta:
        model = Goal
        fields: ClassVar[list[Any]] = []
