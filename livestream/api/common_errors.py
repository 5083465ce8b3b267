"""Errors that come from the framework, the middleware or the URL routing, and from no service.

They are declared like those of services, so that all codes are documented in one way. The exception
handlers answer them.
"""

from __future__ import annotations

from livestream.api.problems import INVALID_MEMBERS
from livestream.errors import DomainError, Forbidden, NotFound, Unauthorized


class ValidationFailed(DomainError):
    """A member of the body or a query parameter has a value that is not allowed, is missing, or is not known."""

    code = "validation_error"
    title = "The request is not valid"
    advice = "Show each entry of `errors` beside the input that its `pointer` names."
    members = {"errors": INVALID_MEMBERS}


class BadRequest(DomainError):
    """The request could not be read at all, for example because its `Host` does not belong to this service."""

    code = "bad_request"
    title = "Bad Request"
    advice = "Check the address and the headers of the request."


class InvalidClientId(DomainError):
    """The header `X-Client-Id` is not 1 to 64 characters of letters, digits and `. _ : @ / -`."""

    code = "invalid_client_id"
    title = "The X-Client-Id header is not valid"
    advice = "Send a short name of your app, such as `web-player/2.1`, or leave the header out."


class BadAuthorizationHeader(Unauthorized):
    """The `Authorization` header has the scheme `Bearer`, but not one token after it."""

    code = "bad_authorization_header"
    title = "Unauthorized"
    advice = "Send `Authorization: Bearer <access>`. Any other scheme is answered with `not_authenticated`."


class CsrfFailed(Forbidden):
    """A form was sent without the token of its page."""

    code = "csrf_failed"
    title = "Forbidden"
    advice = "Load the page again, and send its form. Calls of the API with a bearer token are not affected."


class MethodNotAllowed(DomainError):
    """The address exists, but not with this method; the header `Allow` lists the methods that it has."""

    status = 405
    code = "method_not_allowed"
    title = "Method Not Allowed"
    advice = "Use one of the methods in `Allow`."


class NotAcceptable(DomainError):
    """The header `Accept` excludes JSON, which is all that the API answers."""

    status = 406
    code = "not_acceptable"
    title = "Not Acceptable"
    advice = "Send `Accept: application/json`, or leave the header out."


class UnsupportedMediaType(DomainError):
    """The body is sent with a `Content-Type` that this call does not read."""

    status = 415
    code = "unsupported_media_type"
    title = "Unsupported Media Type"
    advice = "Send JSON, with `Content-Type: application/json`."


class Throttled(DomainError):
    """There were too many calls in a short time."""

    status = 429
    code = "throttled"
    title = "Too Many Requests"
    advice = "Repeat the call after the seconds in `Retry-After`, and make fewer calls."
    names_a_delay = True


class ServerError(DomainError):
    """The service met an unexpected error. The log has it under `request_id`."""

    status = 500
    code = "server_error"
    title = "Internal Server Error"
    advice = "Repeat the call later, with the same `Idempotency-Key`. If it persists, report the `request_id`."


# The framework raises some of these codes with classes of its own; their titles are taken from here.
BY_CODE: dict[str, type[DomainError]] = {
    each.code: each
    for each in (
        Unauthorized,
        Forbidden,
        NotFound,
        ValidationFailed,
        BadRequest,
        InvalidClientId,
        BadAuthorizationHeader,
        CsrfFailed,
        MethodNotAllowed,
        NotAcceptable,
        UnsupportedMediaType,
        Throttled,
        ServerError,
    )
}
