"""The admin pages of recordings and of the calls to the RTC provider."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from livestream.desk.lists import Choice, ChoiceFilter
from livestream.desk.redaction import redacted
from livestream.desk.search import LookedUpAdmin
from sessions_app.models import Recording, RtcCall
from sessions_app.services.bans import BAN
from sessions_app.services.recording import START, STOP


@admin.register(Recording)
class RecordingAdmin(LookedUpAdmin):
    """Shows' recordings, newest first."""

    list_display = [
        "goal_id",
        "state",
        "session_id",
        "streamer_id",
        "room_id",
        "part",
        "created_at",
        "started_at",
        "stopped_at",
    ]
    ordering = ["-created_at", "-goal_id"]
    search_help_text = "Id of a show, a session or a streamer, or the beginning of the streamer's name"

    @admin.display(description="state")
    def state(self, recording: Recording) -> str:
        return recording.state

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk=term) | Q(session_id=term) | Q(streamer_id__in=people)


class ActionFilter(ChoiceFilter):
    """The action that was requested of the provider."""

    title = "action"
    parameter_name = "action"
    offered = tuple(Choice(name, name, lambda now, name=name: Q(action=name)) for name in (START, STOP, BAN))  # type: ignore[misc]


class OutcomeFilter(ChoiceFilter):
    """Which calls were made, refused, or did not get through."""

    title = "outcome"
    parameter_name = "outcome"
    offered = tuple(Choice(name, name, lambda now, name=name: Q(outcome=name)) for name in RtcCall.Outcome.values)  # type: ignore[misc]


@admin.register(RtcCall)
class RtcCallAdmin(LookedUpAdmin):
    """Calls to the provider, newest first; with the local one, this is where they arrive."""

    list_display = ["id", "action", "subject", "outcome", "answer", "provider", "made_at", "took_ms"]
    list_filter = [ActionFilter, OutcomeFilter]
    ordering = ["-id"]
    search_help_text = "Id of a show, or of a session from whose rooms somebody was removed"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(subject=term)

    @admin.display(description="said")
    def answer(self, call: RtcCall) -> str:
        return redacted(call.said)
