"""Which receivers act on an event that happened, read from the log."""

from __future__ import annotations

from livestream.events import registry
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord


def last_event(name: str, **filters: str) -> Event:
    """Return the newest logged event of this name."""
    record = EventRecord.objects.filter(name=name, **filters).order_by("-position").first()
    assert record is not None, f"no {name} with {filters} was published"
    return DomainSignal.registry[name].payload.from_json(record.payload)


def receivers_of(name: str, **filters: str) -> set[str]:
    """Return the receivers that act on the newest logged event of this name."""
    event = last_event(name, **filters)
    return {r.name for r in registry.acting_receivers(DomainSignal.registry[name], event)}


def events_of_goal(goal_id: str) -> list[str]:
    """Return the names of a goal's events, oldest first."""
    records = EventRecord.objects.filter(goal_id=goal_id).order_by("position")
    return list(records.values_list("name", flat=True))
