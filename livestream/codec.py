"""Typed values as JSON and back: the payloads of events, and the arguments of tasks."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from livestream import clock


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON types: datetimes in ISO 8601 with microseconds, enums as their values.

    Raises TypeError for a value that JSON cannot hold.
    """
    return typing.cast("dict[str, Any]", json.loads(json.dumps(dict(values), cls=_Encoder)))


def dump(value: object) -> str:
    """Return a value as JSON text, with datetimes and enums encoded as by `encode`."""
    return json.dumps(value, cls=_Encoder)


def decode(value: Any, hint: Any) -> Any:
    """Return a value that `encode` stored as what the type hint says.

    Where the hint is a datetime, a number is taken as unix seconds. Raises ValueError for text
    that is no datetime, or no value of the enum.
    """
    options = typing.get_args(hint) if typing.get_origin(hint) in _UNIONS else (hint,)
    if isinstance(value, list) and any(typing.get_origin(option) is tuple for option in options):
        return tuple(value)
    if value is None or type(value) in options:
        return value
    if datetime in options:
        return _datetime(value)
    for option in options:
        if isinstance(option, type) and issubclass(option, Enum):
            return option(value)
    return value


class _Encoder(DjangoJSONEncoder):
    """Keeps microseconds, which Django's own encoder would cut to milliseconds."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.isoformat()
        return o.value if isinstance(o, Enum) else super().default(o)


_UNIONS = (typing.Union, types.UnionType)


def _datetime(value: Any) -> Any:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return clock.from_epoch(value) if isinstance(value, int | float) else value
