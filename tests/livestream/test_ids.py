"""Ids: 24 hex digits, never twice, in the order of the seconds they were made in."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.urls import NoReverseMatch, Resolver404, path, resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from livestream import ids
from livestream.api import urls as _makes_the_converter_known  # noqa: F401

HEX = "0123456789abcdef"

urlpatterns = [path("goals/<objectid:goal_id>", lambda request, goal_id: None, name="goal")]


def many(count):
    return [ids.new_id() for _ in range(count)]


def test_an_id_is_valid_and_begins_with_the_second_it_was_made_in():
    before, made, after = int(time.time()), ids.new_id(), int(time.time())
    assert ids.is_valid(made)
    assert before <= int(made[:8], 16) <= after


def test_ids_of_many_threads_are_all_different():
    with ThreadPoolExecutor(8) as pool:
        made = [one for batch in pool.map(many, [2_000] * 8) for one in batch]
    assert len(set(made)) == 16_000


def test_ids_of_a_forked_process_are_not_those_of_its_parent():
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sending.send(many(500)))
    child.start()
    theirs = receiving.recv()
    child.join()
    assert set(theirs).isdisjoint(many(500))


@given(st.text(HEX, min_size=24, max_size=24))
def test_every_text_of_24_lower_hex_digits_is_an_id(text):
    assert ids.is_valid(text)


@given(st.one_of(st.text(max_size=30), st.text(HEX + "AF\ng", min_size=23, max_size=25), st.integers(), st.binary()))
def test_nothing_else_is_an_id(value):
    looks_right = isinstance(value, str) and len(value) == 24 and set(value) <= set(HEX)
    assert ids.is_valid(value) == looks_right


@pytest.mark.urls(__name__)
def test_addresses_take_ids_and_nothing_else():
    made = ids.new_id()
    assert resolve(reverse("goal", kwargs={"goal_id": made})).kwargs == {"goal_id": made}
    for wrong in (made.upper().replace("0", "A"), made[:-1], made + "0", made[:-1] + "g"):
        with pytest.raises(Resolver404):
            resolve(f"/goals/{wrong}")
        with pytest.raises(NoReverseMatch):
            reverse("goal", kwargs={"goal_id": wrong})
