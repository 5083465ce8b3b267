"""Serializers to which apps of higher layers add members when they start."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from rest_framework import serializers

from livestream.api.answers import shared_serializer

Field = serializers.Field[Any, Any, Any, Any]


class DeclaredAbove(serializers.Serializer[Any]):
    """A serializer to which other apps add members when they start."""

    _declared_above: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._declared_above = {}

    @classmethod
    def declare(cls, name: str, field: Field) -> None:
        """Have `field` declare the member `name`."""
        cls._declared_above[name] = field
        shared_serializer.cache_clear()

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields, with those from above."""
        return {**super().get_fields(), **copy.deepcopy(self._declared_above)}
