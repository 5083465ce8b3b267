"""The event log: all support staff may view it, and some may replay events."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from livestream import old_names
from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_position
from livestream.desk.pages import confirmed_action
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin, goals_called
from livestream.events import contracts, replaying
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord, ReceiverRun

_NAMES = sorted(signal.name for signal in vars(contracts).values() if isinstance(signal, DomainSignal))


class NameFilter(ChoiceFilter):
    title = "event"
    parameter_name = "name"
    offered = tuple(Choice(name, name, lambda now, name=name: Q(name=name)) for name in _NAMES)  # type: ignore[misc]


@admin.register(EventRecord)
class EventRecordAdmin(LookedUpAdmin):
    """The events, newest first."""

    list_display = ["position", "name", "goal_id", "session_id", "triggerer", "occurred_at"]
    list_filter = [NameFilter, age_filter(by_position(EventRecord, "occurred_at"))]
    ordering = ["-position"]
    search_help_text = (
        "Id of an event, goal, session, user or escrow; beginning of a username; name of an event; "
        "an old name (ShowGoal finds the events of the newest shows)"
    )
    actions = ["replay"]

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        alone = [Q(**{name: term}) for name in ("event_id", "goal_id", "session_id", "escrow_id")]
        named = [Q(name=each) for each in old_names.events_called(term, known=_NAMES)]
        of_goals = [Q(goal_id=each) for each in goals_called(term)]
        return [*alone, *named, *of_goals, *(Q(user_id=each) for each in people or [term])]

    @confirmed_action(name="event.replay", description="Replay", permission="livestream.replay_eventrecord")
    def replay(self, request: HttpRequest, events: Sequence[EventRecord], *, reason: str) -> str:
        ran = sum(replaying.replay_event(event_id=each.event_id) for each in events)
        return f"{ran} receivers of {len(events)} events run again"


@admin.register(ReceiverRun)
class ReceiverRunAdmin(LookedUpAdmin):
    """The runs of effect receivers, newest first."""

    list_display = ["id", "position", "receiver", "attempts", "finished_at"]
    ordering = ["-id"]
    search_help_text = "Position of an event in the log"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(position=int(term)) if term.isascii() and term.isdigit() and len(term) < 19 else Q(pk__in=[])


def _ran(event: EventRecord) -> str:
    return str(event.position)


relate("livestream.eventrecord", "User", to="livestream.user", find=lambda event: event.user_id)
relate("livestream.eventrecord", "Receivers that ran", to="livestream.receiverrun", find=searched(_ran))
relate("livestream.receiverrun", "Event", to="livestream.eventrecord", find=lambda run: str(run.position))
