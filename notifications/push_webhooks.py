"""The pushes in the OpenAPI document: its `webhooks`, made from the table of `push_events`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_mocked_view
from drf_spectacular.utils import extend_schema

from livestream.api.operations import Tag
from notifications.push_events import TABLE, PushedEvent

_NO_ANSWER = "Nothing is answered: a push is a message of the realtime server, not an HTTP call."


def add_pushes(result: dict[str, Any], generator: SchemaGenerator, **_: Any) -> dict[str, Any]:
    """Add a webhook for each push (a hook of drf-spectacular, before the one that builds the components)."""
    schema = build_mocked_view("POST", "/", extend_schema(), generator.registry).schema
    payloads = {row.name: schema.resolve_serializer(row.payload, "response").ref for row in TABLE}
    result["webhooks"] = {row.name: {"post": _operation(row, payloads[row.name])} for row in TABLE}
    return result


def _operation(row: PushedEvent, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "on_" + row.name.replace(".", "_"),
        "summary": row.summary,
        "description": f"{row.description}\n\n{_listeners(row)}",
        "tags": [Tag.REAL_TIME.value],
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": payload, "example": row.example}},
        },
        "responses": {"200": {"description": _NO_ANSWER}},
        "x-channels": list(row.channels),
    }


def _listeners(row: PushedEvent) -> str:
    lines = [f"- {', '.join(f'`{channel}`' for channel in each.channels)}: {each.who}" for each in row.audiences]
    return "\n".join(["Channels, and who receives it there:", "", *lines])
