"""Serializer fields without conversions: a number is neither text, nor a float, nor a bool."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from livestream import clock, ids
from livestream.json_bodies import is_integer

LARGEST_INTEGER = 2**63 - 1
EARLIEST_EPOCH = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LATEST_EPOCH = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())

_OBJECT_ID_SCHEMA = {
    "type": "string",
    "pattern": "^[0-9a-f]{24}$",
    "example": "68143584d6945d32e732cc21",
}
_EPOCH_SCHEMA = {
    "type": "integer",
    "format": "int64",
    "minimum": EARLIEST_EPOCH,
    "maximum": LATEST_EPOCH,
    "description": "Unix seconds",
    "example": 1745993863,
}


class BoundedInteger(serializers.IntegerField):
    """A whole number of at most 64 bits, within `min_value` and `max_value`.

    Codes: `invalid` for anything but a JSON integer, `min_value`, `max_value`.
    """

    default_error_messages = {"invalid": _("A whole number is required.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -LARGEST_INTEGER - 1)
        kwargs.setdefault("max_value", LARGEST_INTEGER)
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> int:
        if not is_integer(data):
            self.fail("invalid")
        return data  # type: ignore[return-value]


class CoinsField(BoundedInteger):
    """An amount of coins: whole, at least 1, at most 2**63 - 1."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 1)
        super().__init__(**kwargs)


@extend_schema_field(_EPOCH_SCHEMA)
class EpochDateTimeField(serializers.Field):
    """A moment as unix seconds, in and out; aware (UTC) inside.

    Refuses what is not a JSON integer (`invalid_epoch`) and what lies outside of the years
    2000 to 2099 (`epoch_out_of_range`), so that milliseconds are not taken for seconds.
    """

    default_error_messages = {
        "invalid_epoch": _("A time must be a whole number of unix seconds."),
        "epoch_out_of_range": _("This time is out of range; it is given in seconds."),
    }

    def to_internal_value(self, data: object) -> datetime:
        if not is_integer(data):
            self.fail("invalid_epoch")
        if not EARLIEST_EPOCH <= data < LATEST_EPOCH:  # type: ignore[operator]
            self.fail("epoch_out_of_range")
        return clock.from_epoch(data)  # type: ignore[arg-type]

    def to_representation(self, value: datetime) -> int | None:
        return clock.to_epoch(value)


@extend_schema_field(_EPOCH_SCHEMA)
class EpochField(serializers.IntegerField):
    """A moment of a document that holds unix seconds already; only for answers."""


@extend_schema_field(_OBJECT_ID_SCHEMA)
class ObjectIdSerializerField(serializers.Field):
    """A 24-hex ObjectId; anything else is refused with code `invalid_id`."""

    default_error_messages = {"invalid_id": _("An id must be 24 hexadecimal digits.")}

    def to_internal_value(self, data: object) -> str:
        if not ids.is_valid(data):
            self.fail("invalid_id")
        return data  # type: ignore[return-value]

    def to_representation(self, value: object) -> str:
        return str(value)


class StrictTextField(serializers.CharField):
    """A text; a number or a bool is not taken for one. Code `invalid`."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """True or false; neither 1 nor "yes" is taken for one. Code `invalid`."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
class WholeNumberField(serializers.IntegerField):
    """A whole number of coins, seconds or things, never negative; only for answers."""


@extend_schema_field({"type": "integer", "format": "int64"})
class SignedNumberField(serializers.IntegerField):
    """A whole number that may be negative, as a correction is; only for answers."""


class EnumField(serializers.ChoiceField):
    """One of a few texts. The document has them as a component of this name."""

    def __init__(self, name: str, values: Iterable[str], **kwargs: Any) -> None:
        self.name = name
        super().__init__(choices=[str(value) for value in values], **kwargs)


class ConstField(serializers.Field):
    """The same text in every document of its kind; only for answers."""

    def __init__(self, value: str, **kwargs: Any) -> None:
        self.value = str(value)
        super().__init__(**kwargs)

    def to_representation(self, value: object) -> str:
        return str(value)


def absent() -> NoReturn:
    """Leave a member out of an answer where its document lacks it.

    Given as a field's `default` together with `allow_null`: without it, the framework answers
    null for a member that is absent.
    """
    raise serializers.SkipField
