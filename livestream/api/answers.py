"""Response bodies: only the members that a serializer declares are part of an answer."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from rest_framework.serializers import Serializer

# A mapping, or an object with attributes of these names.
Document = Any


def answer(declared: type[Serializer[Any]], document: Document) -> dict[str, Any]:
    """Return the members of `document` that `declared` declares, as JSON values.

    The serializer is built once for each class. Building one copies each of its fields, and that takes
    ten times as long as reading them.
    """
    shown: dict[str, Any] = shared_serializer(declared).to_representation(document)
    return shown


def answers(declared: type[Serializer[Any]], documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Return the same of several documents."""
    return [answer(declared, document) for document in documents]


@functools.cache
def shared_serializer(declared: type[Serializer[Any]]) -> Serializer[Any]:
    """Return the one instance of a serializer, which answers any number of documents, in any thread."""
    return declared()
