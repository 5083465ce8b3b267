"""docs/realtime.md: a template with the hand-written parts, filled with what the code says of channels and events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template import Context, Engine
from rest_framework import serializers

from livestream.api.fields import ConstField, EnumField, EpochField, ObjectIdSerializerField
from livestream.api.unions import UnionSerializer
from notifications import channels, payloads
from notifications.push_contracts import PushEvent
from notifications.push_events import TABLE, Audience, PushedEvent
from notifications.push_payloads import Push, PushedGoal, PushedSession
from notifications.services import goal_pushes, session_pushes

TEMPLATE = "notifications/realtime.md"
# The events whose example is shown with all of its goal or session; others name the document alone.
_SHOWN_IN_FULL = {PushEvent.GOAL_PROGRESS_UPDATED, PushEvent.SESSION_UPDATED}
_OUTLINED = {
    "goal": ("id", "version", "type", "state", "progress", "unit"),
    "session": ("id", "version", "title", "active"),
}
_OF_EVERY_PUSH = Push().fields
_DOCUMENTS: dict[type[Any], str] = {
    PushedGoal: "goal, as `GET /goals/{goal_id}` answers it",
    PushedSession: "session, as `GET /sessions/{session_id}` answers it",
}
_TYPES: tuple[tuple[type[Any], str], ...] = (
    (ObjectIdSerializerField, "id"),
    (EpochField, "unix seconds"),
    (serializers.BooleanField, "boolean"),
    (serializers.IntegerField, "integer"),
    (serializers.CharField, "text"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An event as the page shows it."""

    name: str
    anchor: str
    summary: str
    description: str
    audiences: list[dict[str, str]]
    members: list[dict[str, str]]
    example: str


def render() -> str:
    """Return the page."""
    rows = [_row(each) for each in TABLE]
    # The page is not HTML: nothing is escaped.
    facts = {"channels": channels.DESCRIBED, "events": rows, "limits": _limits()}
    return Engine(app_dirs=True).get_template(TEMPLATE).render(Context(facts, autoescape=False))


def _limits() -> dict[str, str]:
    return {
        "data": f"{payloads.LARGEST_DATA_BYTES:,}",
        "progress": str(timedelta(seconds=1) // goal_pushes.PROGRESS_PAUSE),
        "parties": f"{goal_pushes.MOST_PARTIES:,}",
        "users": str(session_pushes.MOST_USERS),
    }


def _row(described: PushedEvent) -> Row:
    return Row(
        name=described.name,
        anchor=described.name.replace(".", ""),
        summary=described.summary,
        description=described.description,
        audiences=[_audience(each) for each in described.audiences],
        members=list(_members(described.payload(), "")),
        example=json.dumps(_example(described), indent=2, ensure_ascii=False),
    )


def _audience(audience: Audience) -> dict[str, str]:
    return {"channels": ", ".join(f"`{each}`" for each in audience.channels), "who": audience.who}


def _members(declared: Any, path: str) -> Iterator[dict[str, str]]:
    """Yield the members of a payload, and those of the objects in it that no call of the API answers."""
    for name, field in declared.fields.items():
        if name in _OF_EVERY_PUSH:
            continue
        absent = "" if field.required else ", may be absent"
        yield {"name": path + name, "type": _type_of(field) + absent, "help": str(field.help_text or "")}
        inner = getattr(field, "child", field)
        if isinstance(inner, serializers.Serializer) and type(inner) not in _DOCUMENTS:
            yield from _members(inner, f"{path}{name}[]." if inner is not field else f"{path}{name}.")


def _type_of(field: Any) -> str:
    if type(field) in _DOCUMENTS:
        return _DOCUMENTS[type(field)]
    if isinstance(field, EnumField):
        return ", ".join(f"`{choice}`" for choice in field.choices)
    if isinstance(field, ConstField):
        return f"`{field.value}`"
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        return "list"
    if isinstance(field, serializers.Serializer | UnionSerializer):
        return "object"
    return next(name for kind, name in _TYPES if isinstance(field, kind))


def _example(described: PushedEvent) -> dict[str, Any]:
    if described.event in _SHOWN_IN_FULL:
        return described.example
    return {name: _outline(name, value) for name, value in described.example.items()}


def _outline(name: str, value: Any) -> Any:
    if name not in _OUTLINED:
        return value
    return {member: value[member] for member in _OUTLINED[name]} | {"…": "…"}
