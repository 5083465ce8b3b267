"""How lists of goals can be narrowed."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters

from goals.models import Goal
from goals.types import GoalType
from livestream.api.filters import ObjectIdFilter


class GoalFilter(django_filters.FilterSet):
    """`session` and `streamer` are ids, `type` a goal type, `active` is `true` or `false`."""

    session = ObjectIdFilter(field_name="session_id")
    streamer = ObjectIdFilter(field_name="streamer_id")
    type = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in GoalType])
    active = django_filters.TypedChoiceFilter(
        choices=(("true", "true"), ("false", "false")), coerce=lambda text: text == "true"
    )

    class Meta:
        model = Goal
        fields: ClassVar[list[Any]] = []
