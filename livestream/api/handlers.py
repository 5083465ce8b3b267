"""Problem documents outside of API views: for unknown URLs, malformed requests and crashes.

Staff in the admin get Django's pages instead, which a browser can show.
"""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from livestream import context
from livestream.api import common_errors
from livestream.api.admin_pages import is_admin_request
from livestream.api.problems import headers_of, refusal_response
from livestream.api.unavailable import refusal_of
from livestream.errors import DomainError, Forbidden, NotFound


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the request could not even be read."""
    if is_admin_request(request):
        return defaults.bad_request(request, exception)
    return refusal_response(common_errors.BadRequest(), instance=request.path)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    if is_admin_request(request):
        return defaults.permission_denied(request, exception)
    return refusal_response(Forbidden(), instance=request.path)


@csrf_exempt
def page_not_found(request: HttpRequest, exception: Exception | None = None, **_: Any) -> HttpResponse:
    """Answer 404; also the last route of all, so that no address ever answers with HTML."""
    if is_admin_request(request) and exception is not None:
        return defaults.page_not_found(request, exception)
    return refusal_response(NotFound(), instance=request.path)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without the reason, which is in the log under the request id.

    An error of the database that a middleware raised is 503 instead, as it is in a view.
    """
    error = sys.exc_info()[1]
    if error is not None and (refusal := refusal_of(error)):
        return unavailable(request, refusal)
    if is_admin_request(request):
        return defaults.server_error(request)
    return refusal_response(common_errors.ServerError(), instance=request.path)


def unavailable(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Answer a temporary refusal with a problem, or with a page in the admin.

    The page makes no query, not even for the user.
    """
    if not is_admin_request(request):
        return refusal_response(refusal, instance=request.path)
    words = {"title": gettext(refusal.title), "language": get_language(), "request_id": context.request_id()}
    page = render_to_string("livestream/unavailable.html", words)
    return HttpResponse(page, status=refusal.status, headers=headers_of(refusal))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 where the CSRF token is missing or wrong (forms outside of the admin)."""
    if is_admin_request(request):
        from django.views.csrf import csrf_failure as page

        return page(request, reason=reason)
    return refusal_response(common_errors.CsrfFailed(), instance=request.path)
