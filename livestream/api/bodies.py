"""Request bodies: every member known, every member checked."""

from __future__ import annotations

import functools
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request


class ClosedSerializer(serializers.Serializer[Any]):
    """A body of which every member is known; others are refused with code `unknown_member`."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError([ErrorDetail(_("An object is required."), "invalid")])
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            refusal = ErrorDetail(_("This member is not known."), "unknown_member")
            raise ValidationError({name[:64]: [refusal] for name in unknown})
        return super().to_internal_value(data)


class NoBody(ClosedSerializer):
    """For calls that take no members."""


def validated(request: Request, body: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return the validated members of the request body; raises ValidationError."""
    return dict(_shared_body(body, get_language()).run_validation(request.data))


@functools.cache
def _shared_body(body: type[serializers.Serializer[Any]], _language: str | None) -> serializers.Serializer[Any]:
    """Return the serializer of such bodies for all threads; some of its messages stay in their first language."""
    return body()


def caller_id(request: Request) -> str:
    """Return the id of the user who makes the request."""
    return str(request.user.pk)
