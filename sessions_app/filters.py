"""The filters of the list of sessions."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters

from livestream.api.filters import ObjectIdFilter
from sessions_app.models import Session


class SessionFilter(django_filters.FilterSet):
    """`active` is `true` or `false`, and nothing else; `streamer` is a user's id."""

    active = django_filters.TypedChoiceFilter(
        choices=(("true", "true"), ("false", "false")), coerce=lambda text: text == "true"
    )
    streamer = ObjectIdFilter(field_name="streamer_id")

    class Meta:
        model = Session
        fields: ClassVar[list[Any]] = []
