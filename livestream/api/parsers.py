"""Reading a JSON body, and refusing what no later layer could store or survive."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import JSONParser

from livestream.errors import DomainError

LARGEST_BODY_BYTES = 64 * 1024
DEEPEST_NESTING = 32


class UnreadableBody(DomainError):
    """The request body cannot be used; the code of the subclass says why."""

    code = "malformed_json"
    title = "The body is not valid JSON"


class BodyTooLarge(UnreadableBody):
    code = "body_too_large"
    title = "The body is larger than 64 KB"


class BodyTooDeep(UnreadableBody):
    code = "body_too_deep"
    title = "The body is nested more than 32 levels deep"


class NotAnObject(UnreadableBody):
    code = "not_an_object"
    title = "The body is not a JSON object"


class DuplicateMember(UnreadableBody):
    code = "duplicate_member"
    title = "The body names one member twice"


class NumberNotFinite(UnreadableBody):
    code = "number_not_finite"
    title = "The body contains a number that is not finite"


class TextNotStorable(UnreadableBody):
    code = "text_not_storable"
    title = "The body contains a NUL character or half of a surrogate pair"


class StrictJSONParser(JSONParser):
    """A parser for JSON objects of at most 64 KB and 32 levels; refuses with a code."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Read the body; raises UnreadableBody or one of its kinds, all of them 400."""
        raw = stream.read(LARGEST_BODY_BYTES + 1)
        if len(raw) > LARGEST_BODY_BYTES:
            raise BodyTooLarge
        body = load_object(raw)
        refuse_unstorable(body)
        return body


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


def is_storable(text: str) -> bool:
    """Tell whether every database can keep `text`: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


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
    raise NumberNotFinite(name)
