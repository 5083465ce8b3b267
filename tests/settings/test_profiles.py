"""Each profile in a process of its own, since settings are read once."""

import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from settings.environment import BASE_DIR

FIT = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "live.example",
    "DATABASE_URL": "postgresql://livestream@db.example/livestream",
    "BROKER_URL": "redis://broker.example/0",
    "PUSHER_APP_ID": "7",
    "PUSHER_KEY": "key",
    "PUSHER_SECRET": "secret",
}


def show(profile: str, expression: str, *, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Print an expression over the settings `s` of a profile that has only this environment."""
    return subprocess.run(
        [sys.executable, "-c", f"import settings.{profile} as s; print(({expression}))"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "LIVESTREAM_VAR": str(state)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_from_the_environment_alone(tmp_path: Path) -> None:
    shown = show(
        "production",
        "s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT",
        state=tmp_path,
        **FIT,
    )

    assert shown.stdout.strip() == "(False, True, True, True)", shown.stderr


def test_production_names_unreadable_and_missing_variables_together(tmp_path: Path) -> None:
    shown = show("production", "1", state=tmp_path, **FIT | {"DEBUG": "maybe", "BROKER_URL": "", "PORT": "x"})

    assert shown.returncode != 0
    assert all(f"- {name}" in shown.stderr for name in ("DEBUG", "BROKER_URL", "PORT"))


def test_production_never_prints_a_secret(tmp_path: Path) -> None:
    shown = show("production", "1", state=tmp_path, **FIT | {"SECRET_KEY": "short-secret", "BROKER_URL": "x://u:pw@h"})

    assert shown.returncode != 0
    assert "short-secret" not in shown.stderr
    assert "pw" not in shown.stderr


def test_unreadable_keys_of_stream_tokens_refuse_to_start_and_are_not_shown(tmp_path: Path) -> None:
    good, bad = "A" * 43, "a-secret-that-is-no-key"
    for profile in ("production", "local"):
        shown = show(profile, "1", state=tmp_path, **FIT | {"STREAM_TOKEN_KEYS": f"{good},{bad}"})
        assert shown.returncode != 0
        assert "- STREAM_TOKEN_KEYS: " in shown.stderr
        assert "key 2 of 2" in shown.stderr
        assert bad not in shown.stderr
    shown = show("production", "s.STREAM_TOKEN_KEYS", state=tmp_path, **FIT | {"STREAM_TOKEN_KEYS": good})
    assert shown.stdout.strip() == str((bytes(32),)), shown.stderr


def test_production_trusts_a_proxy_only_where_told_to(tmp_path: Path) -> None:
    header = "getattr(s, 'SECURE_PROXY_SSL_HEADER', None)"

    assert show("production", header, state=tmp_path, **FIT).stdout.strip() == "None"
    behind = FIT | {"BEHIND_PROXY": "1", "TRUSTED_PROXIES": "10.0.0.0/8"}
    assert "X_FORWARDED_PROTO" in show("production", header, state=tmp_path, **behind).stdout


def test_local_needs_no_environment_and_makes_its_folder(tmp_path: Path) -> None:
    state = tmp_path / "a new folder"

    shown = show("local", "s.DEBUG, s.PUSHER_KEY, s.PUSHER_SECRET, s.PUSHER_APP_ID, s.PUSHER_PROVIDER", state=state)

    assert shown.stdout.strip() == "(True, 'local', 'local-secret', '1', 'pusher')", shown.stderr
    assert state.is_dir()


REALTIME = "s.REALTIME_SERVER, s.PUSHER_HOST, s.PUSHER_PORT, s.PUSHER_SSL"


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"PORT": "9000"}, (True, "127.0.0.1", 9001, False)),
        ({"REALTIME_PORT": "9005"}, (True, "127.0.0.1", 9005, False)),
        ({"PUSHER_PROVIDER": "local"}, (False, "", None, True)),
        ({"PUSHER_HOST": "127.0.0.1", "PUSHER_PORT": "6001"}, (False, "127.0.0.1", 6001, True)),
        ({"PUSHER_APP_ID": "77", "PUSHER_KEY": "key", "PUSHER_SECRET": "secret"}, (False, "", None, True)),
    ],
)
def test_local_sends_to_its_own_realtime_server_unless_another_is_named(
    tmp_path: Path, environment: dict[str, str], shown: tuple[object, ...]
) -> None:
    told = show("local", REALTIME, state=tmp_path, **environment)

    assert told.stdout.strip() == str(shown), told.stderr


def test_production_never_has_the_local_realtime_server(tmp_path: Path) -> None:
    assert show("production", "s.REALTIME_SERVER", state=tmp_path, **FIT).stdout.strip() == "False"


def test_local_makes_a_secret_key_once_and_keeps_it_private(tmp_path: Path) -> None:
    first = show("local", "s.SECRET_KEY", state=tmp_path).stdout
    second = show("local", "s.SECRET_KEY", state=tmp_path).stdout

    assert len(first.strip()) >= 50
    assert first == second
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_local_replaces_a_key_that_was_cut_off(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("cut")

    assert len(show("local", "s.SECRET_KEY", state=tmp_path).stdout.strip()) >= 50


def test_production_refuses_the_key_of_the_local_profile(tmp_path: Path) -> None:
    key = show("local", "s.SECRET_KEY", state=tmp_path).stdout.strip()

    assert "local profile" in show("production", "1", state=tmp_path, **FIT | {"SECRET_KEY": key}).stderr


def test_each_test_process_has_a_folder_that_goes_away(tmp_path: Path) -> None:
    first, second = (show("test", "s.LIVESTREAM_VAR, s.LIVESTREAM_VAR.is_dir()", state=tmp_path) for _ in range(2))

    assert first.stdout != second.stdout
    assert "True" in first.stdout
    assert not Path(first.stdout.split("'")[1]).exists()
