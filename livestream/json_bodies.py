"""Reading a JSON body, and refusing values that no later layer could store or process.

It knows no web framework: bodies are read by services as well, such as that of a signed webhook.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from livestream.errors import DomainError
from livestream.storage.text import is_storable

LARGEST_BODY_BYTES = 64 * 1024
DEEPEST_NESTING = 32


class UnreadableBody(DomainError):
    """The body is not valid JSON in UTF-8."""

    code = "malformed_json"
    title = "The body is not valid JSON"
    advice = "Send one JSON object."


class BodyTooLarge(UnreadableBody):
    """The body is larger than 64 KB."""

    status = 413
    code = "body_too_large"
    title = "The body is larger than 64 KB"
    advice = "Send less in one call."


class BodyTooDeep(UnreadableBody):
    """The body is nested more than 32 levels deep."""

    code = "body_too_deep"
    title = "The body is nested more than 32 levels deep"
    advice = "Send the members that the operation documents."


class NotAnObject(UnreadableBody):
    """The body is valid JSON, but not an object."""

    code = "not_an_object"
    title = "The body is not a JSON object"
    advice = "Send one JSON object."


class DuplicateMember(UnreadableBody):
    """The body names one member twice."""

    code = "duplicate_member"
    title = "The body names one member twice"
    advice = "Name each member once."


class NumberNotFinite(UnreadableBody):
    """The body contains `NaN`, `Infinity` or a number that is too large."""

    code = "number_not_finite"
    title = "The body contains a number that is not finite"
    advice = "Send finite numbers."


class TextNotStorable(UnreadableBody):
    """A text in the body contains a NUL character or half of a surrogate pair."""

    code = "text_not_storable"
    title = "The body contains a NUL character or half of a surrogate pair"
    advice = "Remove such characters from texts."


def load_object(raw: bytes) -> dict[str, Any]:
    """Decode `raw` as one JSON object; raises UnreadableBody or one of its kinds."""
    try:
        body = json.loads(
            raw.decode(),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_distinct,
        )
    except RecursionError as error:
        raise BodyTooDeep from error
    except ValueError as error:  # malformed JSON, not UTF-8, or an integer of 4,300 digits
        raise UnreadableBody from error
    if not isinstance(body, dict):
        raise NotAnObject
    return body


def refuse_unstorable(body: object) -> None:
    """Raise where a text holds what the database cannot keep, or where the nesting is too deep."""
    for depth, value in _walk(body):
        if depth > DEEPEST_NESTING:
            raise BodyTooDeep
        if isinstance(value, str) and not is_storable(value):
            raise TextNotStorable


def is_integer(value: object) -> bool:
    """Return whether `value` is a JSON integer; True and False are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _walk(body: object) -> Iterator[tuple[int, object]]:
    """Yield every value and every member's name with its depth, without recursion."""
    waiting: list[tuple[int, object]] = [(1, body)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        if isinstance(value, dict):
            waiting += [(depth, name) for name in value]
            waiting += [(depth + 1, member) for member in value.values()]
        elif isinstance(value, list):
            waiting += [(depth + 1, item) for item in value]


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise DuplicateMember
    return body


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NumberNotFinite
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise NumberNotFinite("`{name}` is not a finite number.", given={"name": name})
