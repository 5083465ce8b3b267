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
from jsonschema import Draft202012Validator, ValidationError
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
    request: Node

    def contents(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield what requests and answers contain, each with its place in the operation."""
        for kind, content in self.request.get("content", {}).items():
            yield ("requestBody", "content", kind), content
        for status, response in self.responses.items():
            for kind, content in response.get("content", {}).items():
                yield ("responses", status, "content", kind), content

    @property
    def successes(self) -> set[int]:
        """The statuses of success that it declares."""
        return {int(status) for status in self.responses if status.startswith("2")}


class Document:
    """The document, with every object closed."""

    def __init__(self, document: Node | None = None) -> None:
        self.closed = close(
            document or SchemaGenerator(urlconf="livestream.urls").get_schema(request=None, public=True)
        )
        self.operations = {each.id: each for each in _operations(self.closed)}
        resource: Resource[Any] = Resource(self.closed, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)

    def mistakes(self, operation: Operation, status: int, content_type: str, body: Any) -> list[str]:
        """Return what is wrong with an answer to this operation; `body` is None where it had none."""
        declared = operation.responses.get(str(status))
        if declared is None:
            code = f" {body['code']}" if status >= 400 and isinstance(body, dict) and "code" in body else ""
            return [f"{status}{code} is not declared"]
        if "content" not in declared:
            return [] if body is None else [f"no body is declared, and it was {body!r}"]
        [(expected, _)] = declared["content"].items()
        if content_type.partition(";")[0] != expected:
            return [f"{content_type} instead of {expected}"]
        if status >= 400 and (code := body.get("code")) not in codes_of(declared):
            return [f"{status} {code} is not declared"]
        validator = self._validator(_pointer(operation, str(status), expected))
        errors = (cause for error in validator.iter_errors(body) for cause in _causes(error))
        return [f"{error.json_path}: {error.message}" for error in errors]

    def mistakes_of_examples(self) -> list[str]:
        """Return where an example of a request or an answer is not what its schema says."""
        return [mistake for operation in self.operations.values() for mistake in self._of_examples(operation)]

    def _of_examples(self, operation: Operation) -> Iterator[str]:
        for place, content in operation.contents():
            validator = self._validator(_pointer_to("paths", operation.path, operation.method, *place, "schema"))
            for name, example in content.get("examples", {}).items():
                shown = self.closed["components"]["examples"][name] if "$ref" in example else example
                for error in validator.iter_errors(shown["value"]):
                    yield f"{operation.id} {name} {error.json_path}: {error.message}"

    def _validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"{_URI}#{pointer}"}, registry=self._registry)

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

    def _component(self, reference: str) -> Node:
        kind, name = reference.split("/")[-2:]
        return self.closed["components"][kind][name]

    def _reachable(self, node: Any, seen: frozenset[str] = frozenset()) -> Iterator[Node]:
        if isinstance(node, list):
            for each in node:
                yield from self._reachable(each, seen)
        if not isinstance(node, dict):
            return
        yield node
        name = node.get("$ref")
        if isinstance(name, str) and name not in seen:
            yield from self._reachable(self._component(name), seen | {name})
        for each in node.values():
            yield from self._reachable(each, seen)


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the error, or in a union what is wrong with the shape that the body claims to have."""
    discriminator = error.schema.get("discriminator") if error.validator == "oneOf" else None
    claimed = discriminator and discriminator["mapping"].get(error.instance.get(discriminator["propertyName"]))
    if not claimed:
        yield error
        return
    shape = [each["$ref"] for each in error.schema["oneOf"]].index(claimed)
    for cause in error.context:
        if cause.relative_schema_path[0] == shape:
            yield from _causes(cause)


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
                found = item[method]
                yield Operation(found["operationId"], method, path, found["responses"], found.get("requestBody", {}))


def codes_of(response: Node) -> set[str]:
    """Return the codes of the problems that a response declares."""
    return {code for content in response["content"].values() for code in content["examples"]}


def _pointer(operation: Operation, status: str, content_type: str) -> str:
    place = ("responses", status, "content", content_type, "schema")
    return _pointer_to("paths", operation.path, operation.method, *place)


def _pointer_to(*parts: str) -> str:
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
