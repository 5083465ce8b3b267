"""The request log: one line for each request that reaches a view.

A line has the caller's user id, address and user agent. The status is that of the view: a 304 that middleware makes
of it is logged as 200. Every line that a request causes has its id (`livestream.context`), including that of an
error, which Django logs with its traceback.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from livestream.api.addresses import client_address

log = structlog.get_logger(__name__)


class RequestLogMiddleware:
    """Logs each request with its caller and its status: 4xx as a warning, 5xx as an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        log.log(
            _level_of(response.status_code),
            "request_finished",
            code=response.status_code,
            request=f"{request.method} {request.get_full_path()}",
            user_id=user.pk if user else None,
            ip=client_address(request),
            user_agent=request.META.get("HTTP_USER_AGENT"),
        )
        return response


def _level_of(status: int) -> int:
    if status < 400:
        return logging.INFO
    return logging.WARNING if status < 500 else logging.ERROR
