"""The OpenAPI document as a strict check of answers.

Answers are validated with jsonschema, since OpenAPI 3.1 schemas are JSON Schema 2020-12. The
objects are closed first: a member that the document does not name is then a mistake.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "post", "put", "patch", "delete")
JSON, PROBLEM = "application/json", "application/problem+json"
_URI = "urn:openapi"

Node = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One call that the document describes."""

    id: str
    method: str
    path: str
    responses: Node

    @property
    def successes(self) -> set[int]:
        """The statuses of success that it declares."""
        return {int(status) for status in self.responses if status.startswith("2")}


class Document:
    """The document, with every object closed."""

    def __init__(self, document: Node | None = None) -> None:
        self.closed = close(document or SchemaGenerator().get_schema(request=None, public=True))
        self.operations = {each.id: each for each in _operations(self.closed)}
        resource: Resource[Any] = Resource(self.closed, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)

    def mistakes(self, operation: Operation, status: int, content_type: str, body: Any) -> list[str]:
        """Return what is wrong with an answer to this operation; `body` is None where it had none."""
        declared = operation.responses.get(str(status))
        if declared is None:
            if status < 400:
                return [f"{status} is not declared"]
            status, declared = 0, operation.responses["default"]
        if "content" not in declared:
            return [] if body is None else [f"no body is declared, and it was {body!r}"]
        [(expected, _)] = declared["content"].items()
        if content_type.partition(";")[0] != expected:
            return [f"{content_type} instead of {expected}"]
        validator = Draft202012Validator(
            {"$ref": f"{_URI}#{_pointer(operation, str(status or 'default'), expected)}"}, registry=self._registry
        )
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]

    def shapeless(self) -> list[str]:
        """Return where an answer is declared as an object of which nothing is said."""
        found = []
        for operation in self.operations.values():
            for schema in self._reachable(operation.responses):
                types = schema.get("type")
                is_object = types == "object" or (isinstance(types, list) and "object" in types)
                says_nothing = "properties" not in schema and not schema.get("additionalProperties")
                if is_object and says_nothing and schema.get("maxProperties") != 0:
                    found.append(f"{operation.id}: {schema}")
        return found

    def _reachable(self, node: Any, seen: frozenset[str] = frozenset()) -> Iterator[Node]:
        if isinstance(node, list):
            for each in node:
                yield from self._reachable(each, seen)
        if not isinstance(node, dict):
            return
        yield node
        name = node.get("$ref")
        if isinstance(name, str) and name not in seen:
            yield from self._reachable(self.closed["components"]["schemas"][name.rpartition("/")[2]], seen | {name})
        for each in node.values():
            yield from self._reachable(each, seen)


def close(document: Node) -> Node:
    """Return the document, in which objects that name their members have no others."""
    closed = copy.deepcopy(document)
    _close(closed)
    return closed


def _close(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _close(each)
    if isinstance(node, dict):
        if "properties" in node and "type" in node:
            node["additionalProperties"] = False
        for each in node.values():
            _close(each)


def _operations(document: Node) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(item[method]["operationId"], method, path, item[method]["responses"])


def _pointer(operation: Operation, status: str, content_type: str) -> str:
    parts = ("paths", operation.path, operation.method, "responses", status, "content", content_type, "schema")
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
