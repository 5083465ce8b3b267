"""Problem documents: the one shape of every error of this service (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext

from livestream import context
from livestream.errors import DomainError, Unauthorized

CONTENT_TYPE = "application/problem+json"
# The page that explains the code, from the root of the address: the type of a problem is the same text for every call.
PAGE = "/docs/errors"

Entry = dict[str, str]
INVALID_MEMBERS = {
    "type": "array",
    "description": "What is wrong, with one entry for each member.",
    "items": {"$ref": "#/components/schemas/InvalidMember"},
    "example": [{"pointer": "/quantity", "code": "required", "detail": "This field is required."}],
}


def type_of(code: str) -> str:
    """Return the member `type` of a problem: a reference to the explanation of its code."""
    return f"{PAGE}#{code}"


def build_problem(
    *,
    instance: str,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: Sequence[Entry] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Build the body of a problem; `code` is stable, `title` and `detail` are in the client's language.

    Both are translated here if they are constants; a detail with values in it comes translated.

    `errors` are `{pointer, code, detail}`: the pointer is a JSON pointer into the body
    (`/levels/0/target`), or `?name` for a query parameter.
    """
    problem = {
        **(extra or {}),
        "type": type_of(code),
        "title": gettext(title),
        "status": status,
        "detail": gettext(detail) if detail else gettext(title),
        "instance": instance,
        "code": code,
        "request_id": context.request_id(),
    }
    if errors:
        problem["errors"] = list(errors)
    return problem


def problem_of(error: DomainError, *, instance: str) -> dict[str, Any]:
    """Build the body for a domain error, its `extra` members included."""
    return build_problem(
        instance=instance,
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.sentence(gettext),
        extra=error.extra,
    )


def headers_of(error: DomainError) -> dict[str, str]:
    """Return the headers that belong to a refusal."""
    delay = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return delay | ({"WWW-Authenticate": error.challenge} if isinstance(error, Unauthorized) else {})


def refusal_response(error: DomainError, *, instance: str) -> JsonResponse:
    """Answer a refusal from outside of the REST framework (middleware, handlers)."""
    body = problem_of(error, instance=instance)
    return JsonResponse(body, status=error.status, headers=headers_of(error), content_type=CONTENT_TYPE)
