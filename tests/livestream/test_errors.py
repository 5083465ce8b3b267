"""Refusals are plain exceptions, usable where no web framework is."""

import subprocess
import sys

import pytest

from livestream.errors import Conflict, DomainError, Forbidden, NotFound, Unprocessable


@pytest.mark.parametrize(
    ("kind", "status"), [(DomainError, 400), (Forbidden, 403), (NotFound, 404), (Conflict, 409), (Unprocessable, 422)]
)
def test_each_kind_has_its_status_and_keeps_what_it_was_told(kind, status):
    error = kind("why", retry_after=3, goal_id="g")
    assert error.status == status
    assert (error.detail, error.retry_after, error.extra) == ("why", 3, {"goal_id": "g"})
    assert str(error) == "why"
    assert str(kind()) == kind.title


def test_a_sentence_is_translated_before_its_values_are_filled_in():
    said = {"{min} to {max} seconds, not {asked}.": "{max} 秒以下; {min} 秒以上"}
    error = Unprocessable("{min} to {max} seconds, not {asked}.", given={"asked": 7}, min=60, max=3600)
    assert str(error) == "60 to 3600 seconds, not 7."
    assert error.sentence(said.__getitem__) == "3600 秒以下; 60 秒以上"
    assert error.extra == {"min": 60, "max": 3600}  # what is given for the sentence is no member of the body


def test_a_sentence_may_say_after_how_long_a_repeat_may_succeed():
    assert str(Conflict("Again in {retry_after} seconds.", retry_after=9)) == "Again in 9 seconds."


@pytest.mark.parametrize("value", ["{price}", "{0.__class__}", "{", "}", "{}", "{{x}}", "%s", "{retry_after!r}"])
def test_no_value_is_taken_for_a_place(value):
    assert str(NotFound("There is no {what}.", given={"what": value}, price=3)) == f"There is no {value}."
    assert str(NotFound(f"There is no {value}.")) == f"There is no {value}."


def test_the_module_needs_no_framework():
    probe = "import sys, livestream.errors; sys.exit('rest_framework' in sys.modules or 'django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
