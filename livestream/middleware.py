"""Middleware for every request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from livestream import admission, context, ids, languages
from livestream.api import handlers, idempotency
from livestream.api.admin_pages import is_admin_request
from livestream.api.common_errors import InvalidClientId
from livestream.api.problems import refusal_response
from livestream.api.unavailable import refusal_of
from livestream.errors import DomainError

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
            answer = self.get_response if acceptable else LanguageMiddleware(_refuse_client_id)
            response = answer(request)
        response["X-Request-ID"] = request_id
        return response


def _refuse_client_id(request: HttpRequest) -> HttpResponse:
    refusal = InvalidClientId("It must have 1 to 64 characters: letters, digits and . _ : @ / -")
    return refusal_response(refusal, instance=request.path)


class LanguageMiddleware:
    """Answers in the language of `?lang=`, else of `Accept-Language`, else in English; `Content-Language` names it.

    A `lang` that is not served is refused: it is an order, while the header only tells preferences.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language, refusal = _choose_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = refusal_response(refusal, instance=request.path) if refusal else self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response


def _choose_language(request: HttpRequest) -> tuple[str, languages.UnsupportedLanguage | None]:
    preferred = translation.get_language_from_request(request)
    asked = request.GET.get("lang")
    try:
        return languages.named(tag=asked) if asked else preferred, None
    except languages.UnsupportedLanguage as refusal:
        return preferred, refusal


class HostMiddleware:
    """Answers 400 to a request for a host that is not in ALLOWED_HOSTS, also where DEBUG would show a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost as error:
            return handlers.bad_request(request, error)
        return self.get_response(request)


class AdmissionMiddleware:
    """Keeps one thread of the process free for `/healthz`.

    Requests that find no other thread wait for a moment, and are then refused with 503 `overloaded`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == _LIVENESS:
            return self.get_response(request)
        try:
            with admission.requests.admitted():
                return self.get_response(request)
        except admission.Overloaded as error:
            refusal = error
            return LanguageMiddleware(lambda request: handlers.unavailable(request, refusal))(request)


class IdempotencyKeyMiddleware:
    """Refuses an `Idempotency-Key` where a call does not take one: it would be ignored."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        method = str(request.method)
        changes = method in {"POST", "PUT", "PATCH", "DELETE"} and idempotency.HEADER in request.headers
        if not changes or view is handlers.page_not_found or idempotency.accepts_key(view, method):
            return None
        return refusal_response(idempotency.KeyNotSupported(), instance=request.path)


class DatabaseErrorsMiddleware:
    """Answers if a plain view raises an error of the database (503) or a refusal; views of the API have a handler."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = exception if isinstance(exception, DomainError) else refusal_of(exception)
        return None if refusal is None else handlers.unavailable(request, refusal)


class _OnPagesOfAdmin(MiddlewareMixin):
    """A mixin for the middleware of Django that pages with sessions need: it is skipped outside the admin."""

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if is_admin_request(request) else self.get_response(request)


class AdminSessionMiddleware(_OnPagesOfAdmin, SessionMiddleware):
    """Sessions, of the admin's pages alone. The API knows callers by their tokens."""


class AdminAuthenticationMiddleware(_OnPagesOfAdmin, AuthenticationMiddleware):
    """Who is signed in to the admin."""


class AdminMessageMiddleware(_OnPagesOfAdmin, MessageMiddleware):
    """Messages on the admin's pages."""


class AdminCsrfMiddleware(_OnPagesOfAdmin, CsrfViewMiddleware):
    """Refuses forms of the admin that another site sends. No other page has a form or a cookie."""

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponseForbidden | None:
        """Check the token of the form."""
        return super().process_view(request, *args) if is_admin_request(request) else None
