"""Problems in the OpenAPI document: a schema for each code, and what an operation answers with which status."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from livestream.api import headers
from livestream.api.problems import CONTENT_TYPE, type_of
from livestream.errors import DomainError, Unauthorized

Node = dict[str, Any]
Error = type[DomainError]

_MEMBERS: Node = {
    "type": {
        "type": "string",
        "format": "uri-reference",
        "description": "Where the code is explained, from the root of the service.",
    },
    "title": {"type": "string", "description": "What went wrong, in the language of the request."},
    "status": {"type": "integer", "description": "The status of the answer."},
    "detail": {"type": "string", "description": "What is wrong this time, in the language of the request."},
    "instance": {"type": "string", "format": "uri-reference", "description": "The path that was called."},
    "code": {"type": "string", "description": "The stable name of the problem."},
    "request_id": {"type": "string", "description": "The id of this request in our logs; support asks for it."},
}
INVALID_MEMBER: Node = {
    "type": "object",
    "description": "One thing that is wrong with a request.",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "A JSON pointer into the body (`/levels/0/target`), or `?name` for a query parameter.",
            "example": "/levels/0/target",
        },
        "code": {"type": "string", "description": "What is wrong, as a stable code.", "example": "required"},
        "detail": {"type": "string", "description": "What is wrong, in words.", "example": "This field is required."},
    },
    "example": {"pointer": "/quantity", "code": "required", "detail": "This field is required."},
}
PROBLEM: Node = {
    "type": "object",
    "description": "The members of every problem (RFC 9457). Some codes have further members.",
    "required": list(_MEMBERS),
    "properties": _MEMBERS,
}


def explanation_of(error: Error) -> str:
    """Return when a code is answered: the first paragraph of the docstring of its class."""
    text = inspect.cleandoc(vars(error).get("__doc__") or "")
    return " ".join(text.partition("\n\n")[0].split())


def name_of(error: Error) -> str:
    """Return the name of the schema of a code, such as `PriceChangedProblem`."""
    return "".join(part.capitalize() for part in error.code.split("_")) + "Problem"


def schema_of(error: Error) -> Node:
    """Return the schema of the problems with the code of this class."""
    fixed: Node = {
        "type": _MEMBERS["type"] | {"const": type_of(error.code)},
        "status": _MEMBERS["status"] | {"const": error.status},
        "code": _MEMBERS["code"] | {"const": error.code},
    }
    return {
        "type": "object",
        "description": f"{explanation_of(error)} {error.advice}",
        "required": [*_MEMBERS, *error.members],
        "properties": {**_MEMBERS, **fixed, **{name: dict(each) for name, each in error.members.items()}},
    }


def example_of(error: Error) -> Node:
    """Return a problem with the code of this class."""
    return {
        "type": type_of(error.code),
        "title": error.title,
        "status": error.status,
        "detail": error.title,
        "instance": "/path/of/the/call",
        "code": error.code,
        "request_id": "692c2c1ad6945d32e732cc21",
        **{name: each["example"] for name, each in error.members.items()},
    }


def responses_of(errors: Iterable[Error], registry: ComponentRegistry) -> Node:
    """Return the problem answers of an operation by status, and register the schemas that they need."""
    by_status: dict[int, list[Error]] = {}
    for error in sorted(errors, key=lambda each: (each.status, each.code)):
        by_status.setdefault(error.status, []).append(error)
    return {str(status): _response(status, each, registry) for status, each in by_status.items()}


def any_problem(registry: ComponentRegistry) -> Node:
    """Return the one problem answer of a view that declares no operation."""
    component = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, PROBLEM, "Problem")
    registry.register_on_missing(component)
    content = {CONTENT_TYPE: {"schema": component.ref}}
    return {"default": {"description": "A problem document", "content": content}}


def _response(status: int, errors: Sequence[Error], registry: ComponentRegistry) -> Node:
    schemas = {each.code: _register(each, registry) for each in errors}
    [first, *others] = schemas.values()
    union = {
        "oneOf": list(schemas.values()),
        "discriminator": {"propertyName": "code", "mapping": {code: each["$ref"] for code, each in schemas.items()}},
    }
    examples = {each.code: {"$ref": f"#/components/{ResolvedComponent.EXAMPLE}/{each.code}"} for each in errors}
    lines = [f"- `{each.code}`: {explanation_of(each)}" for each in errors]
    return {
        "description": "\n".join([f"{HTTPStatus(status).phrase}:", "", *lines]),
        "headers": headers.references(_headers_of(errors)),
        "content": {CONTENT_TYPE: {"schema": union if others else first, "examples": examples}},
    }


def _headers_of(errors: Sequence[Error]) -> Iterator[str]:
    yield from headers.EVERYWHERE
    if any(each.names_a_delay for each in errors):
        yield headers.RETRY_AFTER
    if any(issubclass(each, Unauthorized) for each in errors):
        yield headers.CHALLENGE


def _register(error: Error, registry: ComponentRegistry) -> Node:
    """Register the schema and the example of a code, and return the reference to the schema."""
    example = {"summary": error.title, "value": example_of(error)}
    registry.register_on_missing(ResolvedComponent(error.code, ResolvedComponent.EXAMPLE, example, error.code))
    if "errors" in error.members:
        entry = ResolvedComponent("InvalidMember", ResolvedComponent.SCHEMA, INVALID_MEMBER, "InvalidMember")
        registry.register_on_missing(entry)
    component = ResolvedComponent(name_of(error), ResolvedComponent.SCHEMA, schema_of(error), name_of(error))
    registry.register_on_missing(component)
    return component.ref
