"""Filtering lists by query parameters, each of which is known and checked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import CharField
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from livestream import clock, ids
from livestream.api.fields import EARLIEST_EPOCH, LATEST_EPOCH
from livestream.api.problems import INVALID_MEMBERS
from livestream.errors import InvalidParameter

MOST_IDS = 100


class UnknownParameter(InvalidParameter):
    """The query names a parameter that this operation does not know."""

    code = "unknown_parameter"
    title = "The query contains a parameter that is not known here"
    advice = "Remove the parameters that `errors` points at."
    members = {"errors": INVALID_MEMBERS}


def refuse_unknown(*, request: Request, known: Collection[str]) -> None:
    """Raise UnknownParameter where the query names something that is not `known`."""
    unknown = sorted(set(request.query_params).difference(known))
    if unknown:
        errors = [_unknown_entry(name) for name in unknown]
        names = ", ".join(f"`{name[:64]}`" for name in unknown[:5])
        raise UnknownParameter("Not known here: {names}", given={"names": names}, errors=errors)


def _unknown_entry(name: str) -> dict[str, str]:
    entry = {"pointer": f"?{name[:64]}", "code": UnknownParameter.code}
    return {**entry, "detail": gettext("This parameter is not known.")}


class _ObjectIdFormField(CharField):
    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not ids.is_valid(value):
            raise ValidationError(gettext("An id must be 24 hexadecimal digits."), code="invalid_id")


class _EpochFormField(CharField):
    def clean(self, value: str) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            raise ValidationError(gettext("A time must be a whole number of unix seconds."), code="invalid_epoch")
        if not EARLIEST_EPOCH <= int(text) < LATEST_EPOCH:
            message = gettext("This time is out of range; it is given in seconds.")
            raise ValidationError(message, code="epoch_out_of_range")
        return clock.from_epoch(int(text))


class _IdsFormField(CharField):
    def clean(self, value: str | None) -> list[str] | None:
        if value is None:
            return None
        found = [each for each in super().clean(value).split(",") if each]
        if len(found) > MOST_IDS:
            raise ValidationError(gettext("At most 100 ids can be asked for at once."), code="too_many_ids")
        return found


class _ObjectIdsFormField(_IdsFormField):
    def clean(self, value: str | None) -> list[str] | None:
        found = super().clean(value)
        if not all(map(ids.is_valid, found or [])):
            raise ValidationError(gettext("An id must be 24 hexadecimal digits."), code="invalid_id")
        return found


@extend_schema_field({"type": "string", "pattern": "^[0-9a-f]{24}$"})
class ObjectIdFilter(django_filters.Filter):
    """Filters by an ObjectId; anything else in its place is 400 with code `invalid_id`."""

    field_class: ClassVar[type] = _ObjectIdFormField


@extend_schema_field({"type": "boolean"})
class TrueFalseFilter(django_filters.TypedChoiceFilter):
    """Filters by `true` or `false`; anything else in its place, such as 1, is 400 with code `invalid_choice`."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **kwargs)


class EpochFilter(django_filters.Filter):
    """Filters by a moment in unix seconds; anything else in its place is 400 with code `invalid_epoch`."""

    field_class: ClassVar[type] = _EpochFormField


@extend_schema_field({"type": "integer", "description": "Only those created at this time or later, in unix seconds."})
class SinceFilter(EpochFilter):
    """Keeps what is of a moment or later; by default, what was created then."""

    def __init__(self, field_name: str = "created_at", **kwargs: Any) -> None:
        super().__init__(field_name, lookup_expr="gte", **kwargs)


@extend_schema_field({"type": "integer", "description": "Only those created before this time, in unix seconds."})
class UntilFilter(EpochFilter):
    """Keeps what is before a moment; by default, what was created before it."""

    def __init__(self, field_name: str = "created_at", **kwargs: Any) -> None:
        super().__init__(field_name, lookup_expr="lt", **kwargs)


class IdsFilter(django_filters.Filter):
    """Filters by up to 100 ids, separated by commas, none of which finds nothing; more are 400 `too_many_ids`."""

    field_class: ClassVar[type] = _IdsFormField

    def filter(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return queryset if value is None else queryset.filter(pk__in=value)


@extend_schema_field({"type": "string", "description": "Up to 100 ids, separated by commas"})
class ObjectIdsFilter(IdsFilter):
    """Filters by up to 100 ObjectIds; anything else among them is 400 with code `invalid_id`."""

    field_class: ClassVar[type] = _ObjectIdsFormField
