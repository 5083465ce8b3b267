import base64
import logging
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

from settings import logs
from settings.environment import BASE_DIR, ed25519_seeds, folder, key_pairs, refuse_to_start_on


def test_a_relative_folder_starts_at_the_project() -> None:
    assert folder(text="var") == BASE_DIR / "var"


def test_an_absolute_folder_and_a_home_are_taken_as_written(tmp_path: Path) -> None:
    assert folder(text=str(tmp_path)) == tmp_path.resolve()
    assert folder(text="~/state") == (Path.home() / "state").resolve()


def test_key_pairs_allow_spaces_and_a_colon_in_the_secret() -> None:
    assert key_pairs(text="a:1, b:2:3,") == (("a", "1"), ("b", "2:3"))
    assert key_pairs(text="") == ()


def test_seeds_are_read_padded_or_not_with_spaces_between() -> None:
    seed, other = bytes(range(32)), b"\xff" * 32
    padded, bare = base64.urlsafe_b64encode(seed).decode(), base64.urlsafe_b64encode(other).decode().rstrip("=")
    assert ed25519_seeds(f"{padded}, {bare},") == (seed, other)
    assert ed25519_seeds("") == ()


@pytest.mark.parametrize(
    "text", ["x", "AAAA", "A" * 44, "A" * 42, "A" * 43 + "==", "+" * 43, "/" * 43, "ä" * 43, "A" * 42 + "\n"]
)
def test_what_is_no_seed_is_named_by_its_place_and_never_shown(text: str) -> None:
    good = "A" * 43
    with pytest.raises(EnvError, match=r"^not 32 bytes in base64url: key 2 of 3\.$"):
        ed25519_seeds(f"{good},{text},{good}")


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
