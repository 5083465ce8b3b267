"""The admin pages of sessions and of the stored feed: everything can be viewed, and nothing changed by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_time
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin
from sessions_app.models import FeedEntry, Session

PRIVATE, EXCLUSIVE = Session.Preset.PRIVATE, Session.Preset.EXCLUSIVE


class StateFilter(ChoiceFilter):
    """Which sessions are open, live, or over; those that somebody has for themselves are live."""

    title = "state"
    parameter_name = "state"
    offered = (
        Choice("open", "open, not live yet", lambda now: Q(active=True, started_at=None)),
        Choice("live", "live", lambda now: Q(active=True, started_at__isnull=False)),
        Choice(
            Session.Preset.PRIVATE.value, "in a private show", lambda now: Q(active=True, preset=Session.Preset.PRIVATE)
        ),
        Choice(
            Session.Preset.EXCLUSIVE.value, "in a 1-on-1", lambda now: Q(active=True, preset=Session.Preset.EXCLUSIVE)
        ),
        Choice("ended", "ended", lambda now: Q(active=False)),
    )


@admin.register(Session)
class SessionAdmin(LookedUpAdmin):
    """Sessions, newest first."""

    list_display = ["id", "streamer", "title", "preset", "active", "created_at", "started_at", "ended_at"]
    list_filter = [StateFilter, age_filter(by_time("created_at"))]
    list_select_related = ["streamer"]
    ordering = ["-created_at", "-id"]
    search_help_text = "Id of a session or of its streamer, or the beginning of the streamer's name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(pk=term), *(Q(streamer_id=each) for each in people)]


relate("sessions_app.session", "Streamer", to="livestream.user", find=lambda session: session.streamer_id)
relate("sessions_app.session", "Events", to="livestream.eventrecord", find=searched(lambda session: session.id))
relate("sessions_app.session", "Tasks", to="livestream.outboxmessage", find=searched(lambda session: session.id))
relate("livestream.user", "Sessions", to="sessions_app.session", find=searched(lambda user: user.pk))
relate("livestream.eventrecord", "Session", to="sessions_app.session", find=lambda event: event.session_id)


@admin.register(FeedEntry)
class FeedEntryAdmin(LookedUpAdmin):
    """The stored feed, in its order."""

    list_display = ["id", "session_id", "started_at", "goals", "updated_at"]
    ordering = ["-started_at", "-id"]
    search_help_text = "Id of an entry, a session or its streamer, or the beginning of the streamer's name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        theirs = Session.objects.filter(streamer_id__in=people).values("pk")
        return [Q(pk=term), Q(session_id=term), Q(session_id__in=theirs)]

    @admin.display(description="goals")
    def goals(self, entry: FeedEntry) -> int:
        return len(entry.goal_ids)
