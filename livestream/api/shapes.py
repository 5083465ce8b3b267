"""How the OpenAPI document describes the fields and serializers that are this service's own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance, get_doc
from drf_spectacular.utils import PolymorphicProxySerializer

from livestream.api.bodies import ClosedSerializer


class ShapedSchema(AutoSchema):
    """Names components for readers of an SDK, and says which bodies have no further members."""

    def _get_serializer_name(self, *args: Any, **kwargs: Any) -> str:
        # The library would add the suffix to all; ours is in the names of bodies, and those of answers have none.
        name: str = super()._get_serializer_name(*args, **kwargs)
        return name.removesuffix("Request")

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(force_instance(serializer), ClosedSerializer):
            schema["additionalProperties"] = False
        return schema

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> tuple[Any, bool]:
        schema, is_required = super()._get_request_for_media_type(serializer, direction)
        # The library lets a body be left out that has one of several shapes.
        return schema, is_required or isinstance(serializer, PolymorphicProxySerializer)


class EnumExtension(OpenApiSerializerFieldExtension):
    """An enum is a component with a name of its own."""

    target_class = "livestream.api.fields.EnumField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        field = self.target
        schema = {"type": "string", "enum": list(field.choices)}
        component = ResolvedComponent(field.name, ResolvedComponent.SCHEMA, schema, field.name)
        auto_schema.registry.register_on_missing(component)
        return component.ref


class ConstExtension(OpenApiSerializerFieldExtension):
    """A constant, by which the shapes of a union are told apart."""

    target_class = "livestream.api.fields.ConstField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        return {"type": "string", "const": self.target.value}


class UnionExtension(OpenApiSerializerExtension):
    """A union of the shapes, with its discriminator."""

    target_class = "livestream.api.unions.UnionSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        union = self.target
        found = {tag: auto_schema.resolve_serializer(shape, direction).ref for tag, shape in union.shapes.items()}
        return {
            "oneOf": list(found.values()),
            "discriminator": {
                "propertyName": union.tag,
                "mapping": {str(tag): reference["$ref"] for tag, reference in found.items()},
            },
            "description": get_doc(type(union)),
        }
