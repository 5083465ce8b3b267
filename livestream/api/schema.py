"""The OpenAPI document: what drf-spectacular finds, what operations declare, and what is true of every call."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.openapi import AutoSchema as LibrarySchema
from drf_spectacular.utils import OpenApiParameter

from livestream.api import headers, parameters, problem_schemas
from livestream.api.declared_errors import errors_of
from livestream.api.idempotency import HEADER
from livestream.api.operations import Examples, Operation, handler_of
from livestream.api.shapes import ShapedSchema

_LANGUAGE = OpenApiParameter(
    "lang",
    {"$ref": "#/components/schemas/Language"},
    OpenApiParameter.QUERY,
    description=(
        "The language of messages; other tags of these languages, such as `zh-TW`, are understood. "
        "Without it, `Accept-Language` decides. `Content-Language` names the language of the answer."
    ),
)
_CLIENT = OpenApiParameter(
    "X-Client-Id",
    {"type": "string", "pattern": "^[A-Za-z0-9._:@/-]{1,64}$", "example": "web-player/2.1"},
    OpenApiParameter.HEADER,
    description="The name of the calling app. It is recorded as the `triggerer` of what the call causes.",
)
_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": "^[!-~]{1,255}$", "example": "5b0f4b0e-6a53-4f0e-9d7a-0f6f2b1c7a11"},
    OpenApiParameter.HEADER,
    description=(
        "Makes a repeat safe. The key is kept for 24 hours: a repeat with the same key, method, query and body gets "
        "the first answer again, with the header `Idempotency-Replayed`."
    ),
)
_HOW_TO_SIGN_IN = (
    "An access token, as `POST /auth/token` answers it for a username and a password. "
    "Send it as `Authorization: Bearer <access>`."
)


class AutoSchema(ShapedSchema):
    """Adds to each operation what it declares: its problems, headers and examples, and the body of a DELETE."""

    def get_override_parameters(self) -> list[Any]:
        own = [_KEY] if self._keeps_answers() else []
        return [*super().get_override_parameters(), *own, _LANGUAGE, _CLIENT]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        # The library writes nothing, or only an empty requirement, where no token is needed.
        requirements = operation.get("security", [])
        operation["security"] = requirements if any(requirements) else []
        parameters.describe(operation["parameters"])
        self._describe_successes(operation["responses"])
        _add_examples(operation.get("requestBody"), self._declared.request_examples)
        operation["responses"] |= self._problems()
        return operation

    def _problems(self) -> dict[str, Any]:
        if not self._declared.id:
            return problem_schemas.any_problem(self.registry)
        return problem_schemas.responses_of(errors_of(self.view, self.method), self.registry)

    def _get_request_body(self, direction: str = "request") -> Any:
        if self.method != "DELETE" or not self._declared.has_body:
            return super()._get_request_body(direction)
        # The library drops the body of a DELETE. Ours has one where an invitation is answered.
        self.method = "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"

    def get_paginated_name(self, serializer_name: str) -> str:
        """Name the page of a list, such as `GoalPage`."""
        return f"{serializer_name}Page"

    def _describe_successes(self, responses: dict[str, Any]) -> None:
        names = [*headers.EVERYWHERE, *self._declared.headers]
        if self.method == "GET":
            names.append(headers.ETAG)
        if self._keeps_answers():
            names.append(headers.REPLAYED)
        if self.view.throttle_classes:
            names += headers.LIMITS
        for status, response in responses.items():
            response["description"] = response.get("description") or _MEANINGS.get(status, "The answer")
            response["headers"] = {**response.get("headers", {}), **headers.references(names)}
            _add_examples(response, self._declared.answer_examples)

    @property
    def _declared(self) -> Operation:
        return getattr(handler_of(self.view, self.method), "operation", None) or Operation(id="")

    def _keeps_answers(self) -> bool:
        return getattr(handler_of(self.view, self.method), "accepts_idempotency_key", False)


_MEANINGS = {
    "200": "The answer",
    "201": "Created",
    "202": "Accepted",
    "204": "Done; there is no body",
}


def _add_examples(holder: dict[str, Any] | None, examples: Examples) -> None:
    """Add the examples to each media type of a request body or a response."""
    named = {_slug(name): {"summary": name, "value": value} for name, value in examples.items()}
    for content in (holder or {}).get("content", {}).values():
        if named:
            content["examples"] = named


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def add_headers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the headers to the components of the finished document (a hook of drf-spectacular)."""
    result["components"]["headers"] = headers.HEADERS
    return result


class BearerScheme(SimpleJWTScheme):
    """Says in the document how JWTAuthentication is spoken to."""

    target_class = "livestream.api.authentication.JWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: LibrarySchema) -> Any:
        """Return the security scheme, with where a token comes from."""
        return {**super().get_security_definition(auto_schema), "description": _HOW_TO_SIGN_IN}
