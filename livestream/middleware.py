"""Middleware for every request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django_structlog.signals import bind_extra_request_metadata

from livestream import admission, context, ids
from livestream.api import handlers
from livestream.api.problems import problem_response
from livestream.api.unavailable import refusal_of

GetResponse = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:@/-]{1,64}")
# A process that does not answer here is restarted.
_LIVENESS = "/healthz"


class RequestContextMiddleware:
    """Names the request and its caller for logs, events and everything the request causes.

    A request id that cannot be used is replaced: tracing never stands in a client's way. A
    client id is recorded as the triggerer, so one that cannot be kept as it is, is refused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-ID", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else ids.new_id()
        client_id = request.headers.get("X-Client-Id", "")
        acceptable = not client_id or _CLIENT_ID.fullmatch(client_id) is not None
        with context.bound(request_id=request_id, client_id=client_id if acceptable else ""):
            response = self.get_response(request) if acceptable else _refuse_client_id(request)
        response["X-Request-ID"] = request_id
        return response


@receiver(bind_extra_request_metadata)
def name_request_in_log(**_: Any) -> None:
    """Have the request log name the request as everything else does, not by an id of its own."""
    structlog.contextvars.bind_contextvars(request_id=context.request_id())


def _refuse_client_id(request: HttpRequest) -> HttpResponse:
    return problem_response(
        instance=request.path,
        status=400,
        code="invalid_client_id",
        title="The X-Client-Id header is not valid",
        detail="1 to 64 characters: letters, digits and . _ : @ / -",
    )


class AdmissionMiddleware:
    """Keeps one thread of the process free for `/healthz`.

    Requests that find no other thread wait for a moment, and are then refused with 503 `overloaded`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == _LIVENESS:
            # With a cookie, the request log would look up the user in the database.
            request.META.pop("HTTP_COOKIE", None)
            return self.get_response(request)
        try:
            with admission.requests.admitted():
                return self.get_response(request)
        except admission.Overloaded as refusal:
            # LocaleMiddleware comes later; the thread still has the language of its previous request.
            with translation.override(translation.get_language_from_request(request)):
                return handlers.unavailable(request, refusal)


class DatabaseErrorsMiddleware:
    """Answers 503 if a plain view raises an error of the database; views of the API have their own handler."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = refusal_of(exception)
        return None if refusal is None else handlers.unavailable(request, refusal)


class QueryLanguageMiddleware:
    """Answers in the language of `?lang=` (`en`, `zh-hant`); an unknown one means the default.

    Stands after LocaleMiddleware, whose choice holds where the query names no language.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang")
        if asked is None:
            return self.get_response(request)
        language = _supported(asked)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response["Content-Language"] = language
        return response


def _supported(asked: str) -> str:
    try:
        return translation.get_supported_language_variant(asked.lower())
    except LookupError:
        return settings.LANGUAGE_CODE
