"""What browsers and proxies may keep of an answer, and which answers are compressed."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers

from livestream.api.admin_pages import is_admin_request

GetResponse = Callable[[HttpRequest], HttpResponse]

NEVER_STORED = "no-store"
# Kept by nobody else, and asked for again with `If-None-Match` each time.
_OF_A_CALLER = "private, no-cache"
_RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
# A view that knows its ETag in advance makes the 304 itself. These headers are removed from it, so that every 304
# has the same ones.
_NOT_IN_A_304 = ("Allow", "X-Frame-Options")


def kept_by_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view whose answers only a release changes, so that everybody may keep them for a minute; no refusals."""

    @functools.wraps(view)
    def keep(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        if response.status_code < 400:
            patch_cache_control(response, public=True, max_age=60)
        return response

    return keep


class SecretAnswers:
    """Mix it into an APIView whose answers contain credentials: none is stored, nor compressed."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return the headers of every answer, also of a refusal."""
        usual: dict[str, str] = super().default_response_headers  # type: ignore[misc]  # that of APIView
        return {**usual, "Cache-Control": NEVER_STORED}


class CacheHeadersMiddleware:
    """Adds `Cache-Control` to each answer that sets none.

    An answer to a caller may be kept by that caller alone, and is asked for again with its ETag each time. A refusal
    is not stored. Views with secrets, and those that everybody may keep, set `Cache-Control` themselves.
    Stands after `NotModifiedMiddleware`, which makes no ETag for an answer that is not stored.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_admin_request(request):
            return response
        if "Cache-Control" not in response:
            response["Cache-Control"] = NEVER_STORED if response.status_code >= 400 else _OF_A_CALLER
        if "public" not in response["Cache-Control"]:
            patch_vary_headers(response, ["Authorization"])
        return response


class NotModifiedMiddleware(ConditionalGetMiddleware):
    """Answers 304 where the client has the answer already, and copies the rate limit headers to it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Answer 304 to GET and HEAD if the client has the answer already; give a view's own 304 the same headers."""
        if response.status_code == 304:
            for name in _NOT_IN_A_304:
                del response[name]
            return response
        answer = super().process_response(_as_get(request), response)
        for name in _RATE_LIMIT_HEADERS:
            if name in response:
                answer[name] = response[name]
        return answer


def _as_get(request: HttpRequest) -> HttpRequest:
    """Return the request as a GET: Django compares ETags for GET only, as it expects HEAD to have no body.

    The body is removed later, by HeadMiddleware.
    """
    if request.method != "HEAD":
        return request
    as_get = copy.copy(request)
    as_get.method = "GET"
    return as_get


class HeadMiddleware:
    """Removes the body of an answer to HEAD: the server of `make run` would send it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "HEAD" and not response.streaming:
            length = response.get("Content-Length", str(len(response.content)))
            response.content = b""
            response["Content-Length"] = length
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses answers, except those with secrets.

    The length of a compressed answer says something about what repeats in it. So an answer with a token or a
    signature, none of which are stored, is sent as it is (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress the answer, unless it is not to be stored."""
        if NEVER_STORED in response.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
