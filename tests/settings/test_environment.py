import logging
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from settings import logs
from settings.environment import BASE_DIR, folder, key_pairs, refuse_to_start_on


def test_a_relative_folder_starts_at_the_project() -> None:
    assert folder(text="var") == BASE_DIR / "var"


def test_an_absolute_folder_and_a_home_are_taken_as_written(tmp_path: Path) -> None:
    assert folder(text=str(tmp_path)) == tmp_path.resolve()
    assert folder(text="~/state") == (Path.home() / "state").resolve()


def test_key_pairs_allow_spaces_and_a_colon_in_the_secret() -> None:
    assert key_pairs(text="a:1, b:2:3,") == (("a", "1"), ("b", "2:3"))
    assert key_pairs(text="") == ()


def test_problems_are_listed_in_one_error() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"- one\n- two"):
        refuse_to_start_on(["one", "two"])


def test_without_problems_nothing_is_raised() -> None:
    refuse_to_start_on([])


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_logged_traceback_never_shows_local_variables(style: str) -> None:
    formatter = logs.formatter_of(style=style)

    line = formatter.format(_failing_record())

    assert "ZeroDivisionError" in line
    assert "hidden-value" not in line


def _failing_record() -> logging.LogRecord:
    password = "hidden" + "-value"
    try:
        assert password
        _ = 1 / 0
    except ZeroDivisionError as error:
        info = (type(error), error, error.__traceback__)
        return logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", (), info)
    raise AssertionError
