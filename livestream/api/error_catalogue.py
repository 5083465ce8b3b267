"""The catalogue of error codes: what `/docs/errors` and docs/errors.md explain, from the classes of the refusals."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from livestream.api import common_errors
from livestream.api.problem_schemas import explanation_of
from livestream.errors import DomainError

Node = Mapping[str, Any]

# Answered by addresses, forms and hosts, and so by no operation of the document.
_OUTSIDE: tuple[type[DomainError], ...] = (
    common_errors.BadRequest,
    common_errors.CsrfFailed,
    common_errors.MethodNotAllowed,
)
# A code that at most so many operations do not answer is answered by "every operation but" these.
_FEW = 2


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one code; `where` are ids of operations, or words where they are too many to name."""

    code: str
    status: int
    title: str
    when: str
    advice: str
    members: tuple[tuple[str, str], ...]
    names_a_delay: bool
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The codes of one status."""

    status: int
    phrase: str
    explanations: tuple[Explanation, ...]


@functools.cache
def chapters() -> tuple[Chapter, ...]:
    """Return all codes by status, each in alphabetical order."""
    document: Node = SchemaGenerator().get_schema(request=None, public=True)
    groups = _groups(document)
    explained = [_explain(error, _where(groups, error.code)) for error in _errors(document)]
    statuses = sorted({each.status for each in explained})
    return tuple(
        Chapter(status, HTTPStatus(status).phrase, tuple(each for each in explained if each.status == status))
        for status in statuses
    )


def _explain(error: type[DomainError], where: tuple[str, ...]) -> Explanation:
    return Explanation(
        code=error.code,
        status=error.status,
        title=error.title,
        when=explanation_of(error),
        advice=error.advice,
        members=tuple((name, each["description"]) for name, each in error.members.items()),
        names_a_delay=error.names_a_delay,
        where=where,
    )


def _errors(document: Node) -> list[type[DomainError]]:
    """Return the classes of all codes that can be answered, sorted by code."""
    answered = {code for operation in operations(document) for code in codes_of(operation)}
    by_code = {error.code: error for error in _below(DomainError) if error.code in answered}
    by_code |= {error.code: error for error in _OUTSIDE}
    return [by_code[code] for code in sorted(by_code)]


def _below(error: type[DomainError]) -> Iterator[type[DomainError]]:
    # The base comes last: where a kind has its code from it, the base explains the code.
    for child in error.__subclasses__():
        yield from _below(child)
    yield error


def operations(document: Node) -> Iterator[Node]:
    """Iterate over the operations of an OpenAPI document."""
    for item in document["paths"].values():
        yield from (each for each in item.values() if "operationId" in each)


def codes_of(operation: Node) -> set[str]:
    """Return the codes of problems that an operation of the document declares."""
    problems = [response for status, response in operation["responses"].items() if status >= "4"]
    return {code for response in problems for each in response["content"].values() for code in each["examples"]}


def _groups(document: Node) -> dict[str, list[Node]]:
    """Return the operations by words for them; the widest group is the first."""
    every = list(operations(document))
    return {
        "every operation": every,
        "every operation that needs an access token": [each for each in every if each["security"] == [{"bearer": []}]],
        "every operation that reads a body": [each for each in every if "unsupported_media_type" in codes_of(each)],
        "every operation with an id or a name in its path": [each for each in every if "not_found" in codes_of(each)],
        "every list": [each for each in every if "invalid_cursor" in codes_of(each)],
        "every operation with an `Idempotency-Key`": [
            each for each in every if "idempotency_key_reused" in codes_of(each)
        ],
    }


def _where(groups: Mapping[str, Sequence[Node]], code: str) -> tuple[str, ...]:
    left = {each["operationId"] for each in groups["every operation"] if code in codes_of(each)}
    others = sorted({each["operationId"] for each in groups["every operation"]} - left)
    if 0 < len(others) <= _FEW:
        return ("every operation but " + " and ".join(f"`{each}`" for each in others),)
    words = []
    for name, members in groups.items():
        ids = {each["operationId"] for each in members}
        if ids and ids <= left:
            words.append(name)
            left -= ids
    return (*words, *sorted(left))


def render() -> str:
    """Return the catalogue as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Error codes"
    yield ""
    yield "Generated by `manage.py error_codes --write`; `make check` compares it with the code. A server shows the"
    yield "same page at `/docs/errors`. The `type` of each problem links to it."
    for chapter in chapters():
        yield ""
        yield f"## {chapter.status} {chapter.phrase}"
        for each in chapter.explanations:
            yield ""
            yield f"### `{each.code}`"
            yield ""
            yield f"{each.when}"
            yield ""
            yield f"- **What to do**: {each.advice}"
            if each.names_a_delay:
                yield "- **Header**: `Retry-After`, in seconds"
            for name, description in each.members:
                yield f"- **Member** `{name}`: {description}"
            yield f"- **Answered by**: {places_of(each)}"


def places_of(explanation: Explanation) -> str:
    """Return where a code is answered, in Markdown."""
    if not explanation.where:
        return "requests that reach no operation (foreign hosts, wrong methods, forms)"
    return ", ".join(each if " " in each else f"`{each}`" for each in explanation.where)
