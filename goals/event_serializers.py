"""Logged events as JSON: the list of one goal, and what happened to one person (spec section 3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rest_framework import serializers

from goals import event_log
from goals.event_data_serializers import (
    EarningEventData,
    EndEventData,
    EscrowEventData,
    GoalEventData,
    ProgressEventData,
    RefundEventData,
)
from livestream.api.fields import ConstField, EpochField, ObjectIdSerializerField
from livestream.api.unions import UnionSerializer
from livestream.events import contracts
from livestream.events.signals import DomainSignal

_DATA: dict[DomainSignal, type[serializers.Serializer[Any]]] = {
    contracts.GOAL_CREATED: GoalEventData,
    contracts.GOAL_ADDED: GoalEventData,
    contracts.GOAL_STARTED: GoalEventData,
    contracts.GOAL_PROGRESSED: ProgressEventData,
    contracts.GOAL_COMPLETED: GoalEventData,
    contracts.GOAL_AGREED: GoalEventData,
    contracts.GOAL_ENDED: EndEventData,
    contracts.GOAL_CHANGED: GoalEventData,
    contracts.ESCROW_COMPLETED_INDIVIDUAL: EarningEventData,
    contracts.ESCROW_COMPLETED: EscrowEventData,
    contracts.ESCROW_REFUNDED: RefundEventData,
}


class _AnyEvent(serializers.Serializer[Any]):
    id = ObjectIdSerializerField()
    occurred_at = EpochField()
    names = serializers.DictField(
        child=serializers.CharField(), help_text="Public names of the users whose ids the event contains, by id."
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the fields in the order in which people read them."""
        fields = super().get_fields()
        first = {name: fields.pop(name) for name in ("id", "name", "occurred_at") if name in fields}
        last = {name: fields.pop(name) for name in ("data", "names") if name in fields}
        return first | fields | last


class LoggedGoalEvent(_AnyEvent):
    """An event of a goal as it was logged."""

    triggerer = serializers.CharField(help_text="The app that caused it, or the name of the task.")


class ReadEvent(_AnyEvent):
    """An event that concerns you; `cursor` reads on after it."""

    goal_id = ObjectIdSerializerField(allow_null=True)
    escrow_id = serializers.CharField(allow_null=True)
    cursor = serializers.CharField()


Shapes = dict[str, type[serializers.Serializer[Any]]]
_OF_GOALS = {signal.name for signal in _DATA if issubclass(signal.payload, contracts.GoalEvent)}


def _shapes(base: type[serializers.Serializer[Any]], *, prefix: str, names: Collection[str]) -> Shapes:
    """Return by name a serializer of each of these events: `base`, its name, and the data of that event."""
    return {
        signal.name: type(
            f"{prefix}{_camel(signal.name)}",
            (base,),
            {
                "__module__": __name__,
                "__doc__": (signal.payload.__doc__ or "").partition("\n")[0],
                "name": ConstField(signal.name),
                "data": data(),
            },
        )
        for signal, data in _DATA.items()
        if signal.name in names
    }


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("."))


class GoalEventSerializer(UnionSerializer):
    """An event of a goal as it was logged. `name` says which members `data` has."""

    tag = "name"
    shapes = _shapes(LoggedGoalEvent, prefix="Logged", names=_OF_GOALS)


class Event(UnionSerializer):
    """An event that concerns you. `name` says which members `data` has."""

    tag = "name"
    shapes = _shapes(ReadEvent, prefix="", names=event_log.NAMES)


class EventPage(serializers.Serializer[Any]):
    """A page of events; its `next` reads on, also where nothing is new yet."""

    next = serializers.CharField(
        help_text="The query of the next page, such as `?after=…`; also given if nothing is new yet."
    )
    previous = serializers.CharField(allow_null=True, help_text="Always null: events are read forwards.")
    has_more = serializers.BooleanField(help_text="Whether there are more events at this moment.")
    results = Event(many=True)
