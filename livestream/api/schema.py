"""The OpenAPI document: what drf-spectacular finds, and what is true of every call."""

from __future__ import annotations

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.openapi import AutoSchema as LibrarySchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from livestream.api.idempotency import HEADER
from livestream.api.problems import CONTENT_TYPE

_TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457). `code` is stable, `title` is translated.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "code": _TEXT,
        "request_id": _TEXT,
        "user_id": {"type": "string", "description": "Of `user_not_found`"},
        "session_id": {"type": ["string", "null"], "description": "Of `session_already_active`: the other session"},
        "min": {"type": "integer", "description": "Of what is out of bounds: the least that is allowed"},
        "max": {"type": "integer", "description": "Of what is out of bounds: the most that is allowed"},
        "price": {"type": "integer", "description": "Of `price_changed`: the new price in total, in coins"},
        "duration": {"type": "integer", "description": "Of `shorter_than_sold`: the seconds that were sold"},
        "start_by": {"type": "integer", "description": "Of `starts_too_late`: the latest start, unix seconds"},
        "max_age": {"type": "integer", "description": "Of a webhook that is too old: seconds"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {"pointer": _TEXT, "code": _TEXT, "detail": _TEXT},
            },
        },
    },
}
_LANGUAGE = OpenApiParameter(
    "lang", str, OpenApiParameter.QUERY, enum=["en", "zh-hant"], description="Language of messages"
)
_CLIENT = OpenApiParameter(
    "X-Client-Id",
    str,
    OpenApiParameter.HEADER,
    description="The calling app, recorded as the triggerer",
)
_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Kept 24 hours: a repeat with the same key and body gets the first answer again",
)


class AutoSchema(LibrarySchema):
    """Adds to each operation the parameters that every call knows, and its problems."""

    def get_override_parameters(self) -> list[Any]:
        own = [_KEY] if self._keeps_answers() else []
        return [*super().get_override_parameters(), *own, _LANGUAGE, _CLIENT]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["responses"].setdefault("default", self._problem_response())
        return operation

    def _problem_response(self) -> dict[str, Any]:
        problem = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, PROBLEM, "Problem")
        self.registry.register_on_missing(problem)
        content = {CONTENT_TYPE: {"schema": problem.ref}}
        return {"description": "Whatever is no success is a problem document", "content": content}

    def _keeps_answers(self) -> bool:
        name = getattr(self.view, "action", None) or self.method.lower()
        return getattr(getattr(self.view, name, None), "accepts_idempotency_key", False)


class BearerScheme(SimpleJWTScheme):
    """Tells the document how JWTAuthentication is spoken to."""

    target_class = "livestream.api.authentication.JWTAuthentication"
    name = "bearer"
