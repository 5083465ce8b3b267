"""Problem documents: the one shape of every error of this service (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext

from livestream import context
from livestream.errors import DomainError

CONTENT_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:livestream:problem:"

Entry = dict[str, str]


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
    """Build the body of a problem; `code` is stable, `title` and `detail` are translated.

    `errors` are `{pointer, code, detail}`: the pointer is a JSON pointer into the body
    (`/levels/0/target`), or `?name` for a query parameter.
    """
    problem = {
        **(extra or {}),
        "type": _TYPE_PREFIX + code,
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
        detail=error.detail,
        extra=error.extra,
    )


def refusal_response(error: DomainError, *, instance: str) -> JsonResponse:
    """Answer a domain error from outside of the REST framework, with its Retry-After."""
    body = problem_of(error, instance=instance)
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JsonResponse(body, status=error.status, headers=headers, content_type=CONTENT_TYPE)


def problem_response(*, instance: str, status: int, code: str, title: str, detail: str = "") -> JsonResponse:
    """Answer with a problem from outside of the REST framework (middleware, handlers)."""
    body = build_problem(instance=instance, status=status, code=code, title=title, detail=detail)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
