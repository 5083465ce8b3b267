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


def test_the_module_needs_no_framework():
    probe = "import sys, livestream.errors; sys.exit('rest_framework' in sys.modules or 'django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
