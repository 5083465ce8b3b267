"""The base class of all domain errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

_PLACE = re.compile(r"\{([a-z_]+)\}")
# A JSON schema, with a `description` and an `example`.
Schema = Mapping[str, Any]


class DomainError(Exception):
    """The request cannot be carried out as it stands.

    A subclass is declared beside the service that raises it. Its class is all that is documented of
    its `code`: the first paragraph of the docstring says to clients when it happens, `advice` what they
    do then, and `members` are the schemas of the further members of the problem body.

    `detail` says what is wrong this time, `retry_after` after how many seconds a repeat may succeed,
    and `extra` are the values of `members`. The API answers it as problem+json (spec section 3).

    The detail is a constant with places such as `{price}`, never an f-string, since only a constant is found
    in the catalogues of translations. The places take their values from `extra` and `retry_after`, and from
    `given`, which is for what the sentence needs and the body does not.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid_request"
    title: ClassVar[str] = "The request is not valid"
    advice: ClassVar[str] = "Correct the request. Do not repeat it as it is."
    members: ClassVar[Mapping[str, Schema]] = {}
    # Whether the answer has the header `Retry-After`.
    names_a_delay: ClassVar[bool] = False
    # Set on an instance whose refusal leaves something changed, such as a refund.
    keeps_changes: bool = False

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: int | None = None,
        given: Mapping[str, object] | None = None,
        **extra: Any,
    ) -> None:
        self.detail = detail
        self.retry_after = retry_after
        self.extra = extra
        self._values = {"retry_after": retry_after, **extra, **(given or {})}
        super().__init__(self.sentence(str))

    def sentence(self, translate: Callable[[str], str]) -> str:
        """Return the detail, or else the title, as `translate` says it, with the values in their places."""
        words = translate(self.detail or self.title)
        return _PLACE.sub(lambda place: str(self._values.get(place[1], place[0])), words)


class InvalidParameter(DomainError):
    """A query parameter is unknown, or has a value that cannot be used."""

    code = "invalid_parameter"
    title = "A query parameter is not valid"
    advice = "Correct the parameter that `detail` or `title` names."


class Unauthorized(DomainError):
    """The call needs an access token, but was sent without one.

    Its answer has the header `WWW-Authenticate` (RFC 6750).
    """

    status = 401
    code = "not_authenticated"
    title = "Sign in first"
    advice = "Sign in with `POST /auth/token`, and send `Authorization: Bearer <access>`."
    challenge: ClassVar[str] = 'Bearer realm="api"'


class Forbidden(DomainError):
    """You are signed in, but the call needs a permission that your account does not have."""

    status = 403
    code = "permission_denied"
    title = "You may not do this"
    advice = "Do not repeat the call with this account."


class NotFound(DomainError):
    """There is nothing at this address, or an id in it is not 24 lowercase hexadecimal digits."""

    status = 404
    code = "not_found"
    title = "Not found"
    advice = "Check the path and the ids in it. An id is 24 lowercase hexadecimal digits."


class Conflict(DomainError):
    """The thing is not in a state in which this can be done."""

    status = 409
    code = "conflict"
    title = "This does not fit the current state"
    advice = "Read the current state, and decide again."


class Unprocessable(DomainError):
    """The request is well formed, but its values do not fit."""

    status = 422
    code = "unprocessable"
    title = "The request cannot be carried out as it stands"
    advice = "Correct the values of the request."


class TryLater(DomainError):
    """The service cannot answer at the moment. Nothing was changed."""

    status = 503
    code = "try_later"
    title = "The service is busy; try again in a moment"
    advice = "Repeat the same call after the seconds in `Retry-After`. With an `Idempotency-Key`, a repeat is safe."
    names_a_delay = True
