"""Answers that have one of several shapes, told apart by one member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from livestream.api.answers import answer


class UnionSerializer(serializers.Serializer[Any]):
    """One of `shapes`, by the value of the member `tag`; only for answers.

    The document declares it as a union with a discriminator, from which a client generator makes a
    type to branch on.
    """

    tag: ClassVar[str] = "type"
    shapes: ClassVar[Mapping[str, type[serializers.Serializer[Any]]]] = {}

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        return answer(self.shapes[instance[self.tag]], instance)
