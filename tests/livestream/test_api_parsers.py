"""What a body may hold, asked over HTTP."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from livestream import json_bodies
from livestream.json_bodies import UnreadableBody

pytestmark = pytest.mark.urls("tests.livestream.api_site")


def nested(levels):
    """Return an object that is nested this deep, itself included."""
    return '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "malformed_json"),
        (b"{} {}", "malformed_json"),
        (b'{"a": 01}', "malformed_json"),
        (b"{'a': 1}", "malformed_json"),
        (b'{"a": "\x01"}', "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "malformed_json"),
        (b" ", "malformed_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"1", "not_an_object"),
        (b'{"a": NaN}', "number_not_finite"),
        (b'{"a": -Infinity}', "number_not_finite"),
        (b'{"a": 1e999}', "number_not_finite"),
        (b'{"a": 1, "a": 2}', "duplicate_member"),
        (b'{"a": {"b": 1, "b": 1}}', "duplicate_member"),
        (b'{"a": "\\u0000"}', "text_not_storable"),
        (b'{"\\u0000": 1}', "text_not_storable"),
        (b'{"a": ["x", "\\ud800"]}', "text_not_storable"),
        (b'{"a": {"b\\udfff": 1}}', "text_not_storable"),
        (nested(33).encode(), "body_too_deep"),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "body_too_deep"),
        (b"[" * 60_000, "body_too_deep"),
        (b'{"a": "' + b"x" * 65_536 + b'"}', "body_too_large"),
    ],
    ids=range(26),
)
def test_a_body_that_cannot_be_used_is_refused_with_a_code(anonymous, raw, code):
    response = anonymous.generic("POST", "/echo", raw, "application/json")
    assert (response.status_code, response.json()["code"]) == (413 if code == "body_too_large" else 400, code)


@pytest.mark.parametrize(
    "raw",
    [
        nested(32),
        '{"a": "\\ud83d\\ude00"}',
        '{"a": 9223372036854775808}',
        '{"a": [1.5, null, true]}',
        '{"a": "' + "x" * 65_527 + '"}',
    ],
    ids=["deepest", "emoji", "beyond 64 bits", "all kinds", "largest"],
)
def test_a_body_within_the_limits_is_read_as_it_is(anonymous, raw):
    response = anonymous.generic("POST", "/echo", raw, "application/json")
    assert (response.status_code, response.json()) == (200, json.loads(raw))


def test_no_body_reads_as_an_empty_object(anonymous):
    assert anonymous.generic("POST", "/echo", b"", "application/json").json() == {}


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(b"")
def test_no_bytes_make_reading_fail_in_another_way_than_refusing(raw):
    try:
        body = json_bodies.load_object(raw)
    except UnreadableBody:
        return
    assert isinstance(body, dict)


storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
bodies = st.dictionaries(
    storable,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | storable,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable, inner, max_size=4),
        max_leaves=10,
    ),
    max_size=4,
)


@given(bodies)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_storable_object_is_read_as_it_was_written(body):
    read = json_bodies.load_object(json.dumps(body).encode())
    json_bodies.refuse_unstorable(read)
    assert read == body
