"""The filters of the lists of sessions, and of the feed."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from livestream.api.filters import ObjectIdFilter, ObjectIdsFilter, SinceFilter, TrueFalseFilter, UntilFilter
from sessions_app.models import FeedEntry, Session

_STATES = {
    "opened": Q(active=True, started_at=None),
    "live": Q(active=True, started_at__isnull=False),
    "ended": Q(active=False),
}


class SessionFilter(django_filters.FilterSet):
    """`streamer` is a user's id, `until` is exclusive; a session is `opened`, then `live`, then `ended`."""

    active = TrueFalseFilter()
    streamer = ObjectIdFilter(field_name="streamer_id")
    state = django_filters.ChoiceFilter(choices=[(each, each) for each in _STATES], method="in_state")
    since = SinceFilter()
    until = UntilFilter()
    ids = ObjectIdsFilter()

    class Meta:
        model = Session
        fields: ClassVar[list[Any]] = []

    def in_state(self, sessions: QuerySet[Session], _name: str, state: str) -> QuerySet[Session]:
        return sessions.filter(_STATES[state])


class FeedFilter(django_filters.FilterSet):
    """`streamer` is a user's id."""

    streamer = ObjectIdFilter(field_name="session__streamer_id")

    class Meta:
        model = FeedEntry
        fields: ClassVar[list[Any]] = []
