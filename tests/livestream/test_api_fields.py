"""Fields take exactly what they say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from livestream import ids
from livestream.api import fields

LARGEST = fields.LARGEST_INTEGER
ODD_VALUES = [True, False, 1.0, 1.5, "1", "", [], {}, b"1", float("inf")]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def code_of(field, value):
    """Return the code with which the field refuses the value, or None where it takes it."""
    try:
        field.run_validation(value)
    except ValidationError as error:
        return error.get_codes()[0]
    return None


@pytest.mark.parametrize("value", ODD_VALUES)
def test_coins_refuse_what_is_no_whole_number(value):
    assert code_of(fields.CoinsField(), value) == "invalid"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1, None),
        (LARGEST, None),
        (0, "min_value"),
        (-1, "min_value"),
        (LARGEST + 1, "max_value"),
        (10**400, "max_value"),
        (None, "null"),
    ],
)
def test_coins_are_at_least_one_and_fit_64_bits(value, code):
    assert code_of(fields.CoinsField(), value) == code


@given(st.integers(min_value=1, max_value=LARGEST))
def test_every_amount_in_range_is_taken_as_it_is(amount):
    assert fields.CoinsField().run_validation(amount) == amount


def test_a_bounded_integer_keeps_to_its_own_bounds():
    field = fields.BoundedInteger(min_value=60, max_value=3600)
    assert [code_of(field, n) for n in (59, 60, 3600, 3601)] == [
        "min_value",
        None,
        None,
        "max_value",
    ]


def test_a_bounded_integer_without_bounds_fits_64_bits():
    field = fields.BoundedInteger()
    assert code_of(field, -LARGEST - 1) is None
    assert code_of(field, -LARGEST - 2) == "min_value"


@pytest.mark.parametrize("value", [*ODD_VALUES, "2026-01-01T00:00:00Z"])
def test_a_time_is_a_whole_number_of_seconds(value):
    assert code_of(fields.EpochDateTimeField(), value) == "invalid_epoch"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1745993863, None),
        (fields.EARLIEST_EPOCH, None),
        (fields.LATEST_EPOCH - 1, None),
        (fields.EARLIEST_EPOCH - 1, "epoch_out_of_range"),
        (fields.LATEST_EPOCH, "epoch_out_of_range"),
        (1745993863000, "epoch_out_of_range"),
        (-1, "epoch_out_of_range"),
        (10**30, "epoch_out_of_range"),
    ],
)
def test_a_time_lies_in_this_century_and_is_no_milliseconds(value, code):
    assert code_of(fields.EpochDateTimeField(), value) == code


@given(st.integers(min_value=fields.EARLIEST_EPOCH, max_value=fields.LATEST_EPOCH - 1))
def test_a_time_comes_out_as_it_went_in(seconds):
    field = fields.EpochDateTimeField()
    moment = field.run_validation(seconds)
    assert moment == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert field.to_representation(moment) == seconds


def test_an_absent_time_stays_absent():
    assert fields.EpochDateTimeField().to_representation(None) is None


@pytest.mark.parametrize(
    "value",
    ["", "1" * 23, "1" * 25, "g" * 24, "A" * 24, "1" * 24 + "\n", "\uff11" * 24, 1, True, [], {}],
)
def test_an_id_is_24_hex_digits_in_lower_case(value):
    assert code_of(fields.ObjectIdSerializerField(), value) == "invalid_id"


def test_a_new_id_is_taken_as_it_is():
    new = ids.new_id()
    assert fields.ObjectIdSerializerField().run_validation(new) == new


@given(json_values)
def test_a_field_refuses_or_takes_and_never_crashes(value):
    for field, kind in (
        (fields.CoinsField(), int),
        (fields.EpochDateTimeField(), int),
        (fields.ObjectIdSerializerField(), str),
        (fields.StrictTextField(max_length=10), str),
    ):
        assert type(value) is kind or code_of(field, value) is not None


@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, None])
def test_a_text_is_a_text(value):
    assert code_of(fields.StrictTextField(), value) in {"invalid", "null"}
