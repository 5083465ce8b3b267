"""The log of requests: one line for each, when it is answered.

Whoever called is named by id, address and user agent. The id of the request is on every line that it causes
(`livestream.context`), also on that of an error, which Django logs with its traceback.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from livestream.api.addresses import client_address

log = structlog.get_logger(__name__)


class RequestLogMiddleware:
    """Logs who asked for what and with which status it was answered: refusals as warnings, failures as errors."""

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
