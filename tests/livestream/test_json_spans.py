"""Splitting JSON without reading it: as a parser would, and past what no parser reads."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livestream import json_spans
from tests.support.rounds import rounds

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@settings(deadline=None, max_examples=rounds(200))
@given(st.dictionaries(st.text(max_size=8), values, max_size=5), st.sampled_from([None, 1]))
def test_the_members_of_an_object_are_those_that_a_parser_finds(document, indent):
    raw = json.dumps(document, indent=indent).encode()
    assert {name: json.loads(value) for name, value in json_spans.members(raw)} == document


@settings(deadline=None, max_examples=rounds(200))
@given(st.lists(values, max_size=5), st.booleans())
def test_the_items_of_a_list_are_those_that_a_parser_finds(document, ascii_only):
    raw = json.dumps(document, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    assert [json.loads(item.decode(errors="surrogatepass")) for item in json_spans.items(raw)] == document


@settings(deadline=None, max_examples=rounds(200))
@given(st.binary(max_size=200))
def test_any_bytes_are_split_or_refused(raw):
    for split in (json_spans.items, json_spans.members):
        try:
            list(split(raw))
        except json_spans.BrokenJSON:
            continue


def test_a_nesting_that_no_parser_follows_is_one_item():
    deep = b"[" * 200_000 + b"]" * 200_000
    assert json_spans.items(b"[1, " + deep + b', "]"]') == [b"1", deep, b'"]"']


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[", b"[]", b"{}{}", b'{"a":1}}', b"{a:1}", b'{"a":1,}', b'{"a" 1}', b'{"a":"x}', b'{"a":[}', b'"{}"'],
)
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(json_spans.BrokenJSON):
        list(json_spans.members(raw))
