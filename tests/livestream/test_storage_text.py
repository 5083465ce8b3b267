"""Text that a database cannot keep is recognised, and can be made storable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.models import User
from livestream.storage.text import is_storable, storable


@pytest.mark.parametrize("text", ["", "plain", "雨", "an emoji 🌧", "\n\t", "\ud7ff\ue000"])
def test_ordinary_text_is_storable_and_stays_as_it_is(text):
    assert is_storable(text)
    assert storable(text) == text


@pytest.mark.parametrize(("text", "kept"), [("a\0b", "a\\0b"), ("\ud800", "\\ud800"), ("x\udfffy\0", "x\\udfffy\\0")])
def test_a_nul_and_half_a_surrogate_pair_are_escaped(text, kept):
    assert not is_storable(text)
    assert storable(text) == kept


def test_a_long_text_is_cut_after_it_was_escaped():
    assert storable("\0" * 10, longest=5) == "\\0\\0\\"
    assert storable("short", longest=5) == "short"


@given(st.text(st.characters()))
def test_whatever_it_was_it_is_storable_afterwards(text):
    assert is_storable(storable(text))


@pytest.mark.django_db
def test_the_database_keeps_it():
    user = User.objects.create(username=storable("a\0b\ud800"))
    user.refresh_from_db()
    assert user.username == "a\\0b\\ud800"
