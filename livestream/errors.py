"""The base class of all domain errors."""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a stable `code`, which the API answers as problem+json (spec section 3).

    A subclass is declared beside the service that raises it and sets `code` and `title`.
    `detail` says what is wrong this time, `retry_after` after how many seconds a repeat may
    succeed, and `extra` are further members of the problem body (JSON values).
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid_request"
    title: ClassVar[str] = "The request is not valid"

    def __init__(self, detail: str = "", *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.retry_after = retry_after
        self.extra = extra


class InvalidParameter(DomainError):
    """A query parameter is unknown or has a value that cannot be used."""

    code = "invalid_parameter"
    title = "A query parameter is not valid"


class Forbidden(DomainError):
    """The caller is known, and may not do this."""

    status = 403
    code = "permission_denied"
    title = "You may not do this"


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(DomainError):
    """The thing is not in a state in which this can be done."""

    status = 409
    code = "conflict"
    title = "This does not fit the current state"


class Unprocessable(DomainError):
    """The request is well formed, and cannot be meant."""

    status = 422
    code = "unprocessable"
    title = "The request cannot be carried out as it stands"
