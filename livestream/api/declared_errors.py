"""All refusals of an operation: those that it declares, and those of every call, token, body, page and key."""

from __future__ import annotations

import inspect
from typing import Any

from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.views import APIView

from livestream import idempotency, json_bodies
from livestream.admission import Overloaded
from livestream.api import common_errors as common
from livestream.api.authentication import TokenExpired, TokenInvalid
from livestream.api.filters import UnknownParameter
from livestream.api.idempotency import InvalidIdempotencyKey, KeyNotSupported
from livestream.api.operations import Errors, Operation, handler_of
from livestream.api.pagination import InvalidPageSize
from livestream.api.unavailable import Busy, TemporarilyUnavailable
from livestream.errors import Forbidden, NotFound, Unauthorized
from livestream.languages import UnsupportedLanguage
from livestream.sign_ins import TokenRevoked, UserInactive
from livestream.storage.database_clock import ClockSkewed
from livestream.storage.keyset import InvalidCursor

EVERY_CALL: Errors = (
    common.InvalidClientId,
    UnsupportedLanguage,
    common.NotAcceptable,
    common.ServerError,
    TemporarilyUnavailable,
    Busy,
    Overloaded,
    ClockSkewed,
)
A_TOKEN: Errors = (common.BadAuthorizationHeader, TokenExpired, TokenInvalid, TokenRevoked, UserInactive)
A_JSON_OBJECT: Errors = (
    json_bodies.UnreadableBody,
    json_bodies.BodyTooDeep,
    json_bodies.NotAnObject,
    json_bodies.DuplicateMember,
    json_bodies.NumberNotFinite,
)
A_BODY: Errors = (
    *A_JSON_OBJECT,
    common.UnsupportedMediaType,
    json_bodies.BodyTooLarge,
    json_bodies.TextNotStorable,
    common.ValidationFailed,
)
A_PAGE: Errors = (InvalidCursor, InvalidPageSize)
AN_IDEMPOTENCY_KEY: Errors = (InvalidIdempotencyKey, idempotency.KeyReused, idempotency.KeyInUse)


def errors_of(view: APIView, method: str) -> Errors:
    """Return all refusals of an operation: the declared ones, and those of what the view is."""
    handler = handler_of(view, method)
    declared: Operation = getattr(handler, "operation", Operation(id="", is_read=method in {"POST", "PUT", "PATCH"}))
    found = [*declared.errors, *_of_access(view), *EVERY_CALL]
    if declared.query is not None:
        found.append(UnknownParameter)
    if declared.is_read:
        found += A_BODY
    if declared.is_page:
        found += A_PAGE
    if declared.is_page and getattr(view, "filterset_class", None):
        found.append(common.ValidationFailed)
    if getattr(handler, "accepts_idempotency_key", False):
        found += AN_IDEMPOTENCY_KEY
    elif method in {"POST", "PUT", "PATCH", "DELETE"}:
        found.append(KeyNotSupported)
    if _has_path_parameters(handler):
        found.append(NotFound)
    if view.throttle_classes:
        found.append(common.Throttled)
    return tuple(dict.fromkeys(found))


def _of_access(view: APIView) -> Errors:
    if not view.authentication_classes:
        return ()
    permissions: set[Any] = set(view.permission_classes)
    if permissions == {AllowAny}:
        return A_TOKEN
    special = () if permissions <= {AllowAny, IsAuthenticated} else (Forbidden,)
    return (Unauthorized, *A_TOKEN, *special)


def _has_path_parameters(handler: Any) -> bool:
    names = list(inspect.signature(handler).parameters.values())
    return any(each.kind is each.POSITIONAL_OR_KEYWORD and each.name not in {"self", "request"} for each in names)
