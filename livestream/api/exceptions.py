"""The exception handler of API views: every exception becomes a problem document."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from drf_standardized_errors.formatter import flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from livestream.api.common_errors import BY_CODE, ValidationFailed
from livestream.api.problems import CONTENT_TYPE, Entry, build_problem, headers_of, problem_of
from livestream.api.unavailable import refusal_of
from livestream.errors import DomainError

_READING = ("GET", "HEAD", "OPTIONS")


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into problem+json (RFC 9457); None leaves a crash to DEBUG.

    Knows DomainError, an unavailable or busy database (503), Http404, PermissionDenied, the framework's and the
    token library's exceptions; everything else is a 500 without details, and is logged.
    """
    response: Response | None
    refusal = exc if isinstance(exc, DomainError) else refusal_of(exc)
    if refusal is not None:
        response = _answer_refusal(refusal, context)
    else:
        response = _ProblemExceptionHandler(exc, cast("ExceptionHandlerContext", context)).run()
    if response is not None:
        response.content_type = CONTENT_TYPE
        # A view may answer in another format, such as YAML; its problems are JSON.
        request = context["request"]
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return response


def _answer_refusal(error: DomainError, context: dict[str, Any]) -> Response:
    set_rollback()
    body = problem_of(error, instance=context["request"].path)
    return Response(body, status=error.status, headers=headers_of(error))


class _ProblemExceptionHandler(ExceptionHandler):
    """The conversion, rollback, headers and reporting of the library; the body is ours."""

    def format_exception(self, exc: exceptions.APIException) -> dict[str, Any]:
        request = cast("Request", self.context["request"])
        invalid = isinstance(exc, exceptions.ValidationError)
        found = flatten_errors(exc.detail)
        code = ValidationFailed.code if invalid else _code_of(exc)
        return build_problem(
            instance=request.path,
            status=exc.status_code,
            code=code,
            title=_title_of(code, exc.status_code),
            # An error of the token library has two entries, detail and code; the first is the sentence.
            detail="" if invalid or not found else found[0].detail,
            errors=[_entry(error, request.method) for error in found] if invalid else (),
        )


def _code_of(exc: exceptions.APIException) -> str:
    if exc.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server_error"
    if isinstance(exc.detail, dict):
        return str(exc.detail.get("code", exc.default_code))
    codes = exc.get_codes()
    return codes if isinstance(codes, str) else exc.default_code


def _title_of(code: str, status: int) -> str:
    known = BY_CODE.get(code)
    return known.title if known else HTTPStatus(status).phrase


def _entry(error: Any, method: str | None) -> Entry:
    """Point at what is wrong: a body's member, or a parameter where there is no body."""
    attr = error.attr or ""
    in_body = f"/{attr.replace('.', '/')}" if attr and attr != "non_field_errors" else ""
    pointer = f"?{attr}" if method in _READING else in_body
    return {"pointer": pointer, "code": error.code, "detail": error.detail}
