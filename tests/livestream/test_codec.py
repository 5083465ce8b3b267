"""Typed values become JSON, and come back as what their type hints say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, StrEnum
from typing import Optional

import pytest

from livestream import codec

AT = datetime(2026, 5, 1, 20, 0, 0, 123456, tzinfo=UTC)


class Kind(StrEnum):
    SHOW = "show"


class Size(Enum):
    LARGE = 3


@pytest.mark.parametrize(
    ("value", "stored", "hint"),
    [
        (AT, "2026-05-01T20:00:00.123456+00:00", datetime),
        (AT, "2026-05-01T20:00:00.123456+00:00", datetime | None),
        (AT, "2026-05-01T20:00:00.123456+00:00", Optional[datetime]),  # noqa: UP045 - the older spelling, too
        (AT.astimezone(timezone(timedelta(hours=8))), "2026-05-02T04:00:00.123456+08:00", datetime),
        (None, None, datetime | None),
        (Kind.SHOW, "show", Kind),
        (Kind.SHOW, "show", Kind | None),
        (Size.LARGE, 3, Size),
        (("a", "b"), ["a", "b"], tuple[str, ...]),
        (["a", "b"], ["a", "b"], Sequence[str]),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, dict[str, object]),
        ("2026-05-01T20:00:00", "2026-05-01T20:00:00", str),
        ("show", "show", Kind | str),
        (5, 5, float),
        (True, True, bool),
    ],
)
def test_a_value_comes_back_as_it_was(value, stored, hint):
    encoded = codec.encode({"value": value})
    assert encoded == {"value": stored}
    json.dumps(encoded)
    revived = codec.decode(encoded["value"], hint)
    assert (revived, type(revived)) == (value, type(value))


@pytest.mark.parametrize("seconds", [AT.timestamp(), 1_777_665_600, 0])
def test_a_number_is_a_datetime_in_unix_seconds(seconds):
    assert codec.decode(seconds, datetime | None) == datetime.fromtimestamp(seconds, tz=UTC)


@pytest.mark.parametrize("hint", [float, int | None, dict[str, int]])
def test_elsewhere_a_number_stays_a_number(hint):
    assert codec.decode(3, hint) == 3


@pytest.mark.parametrize(("stored", "hint"), [("soon", datetime), ("goal", Kind), (4, Size)])
def test_what_does_not_fit_its_type_is_refused(stored, hint):
    with pytest.raises(ValueError, match=str(stored)):
        codec.decode(stored, hint)


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="object"):
        codec.encode({"value": object()})
