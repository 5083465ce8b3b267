"""Time limits by the kind of process, and the variables that override them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from environs import Env, EnvValidationError

from settings.limits import LIMITS, Limits, read_limits
from settings.process_kinds import KINDS, kind_of_command

ROOT = Path(__file__).resolve().parents[2]
# How late others may be because of a process that hangs (docs/decisions/0016-time-limits.md).
LATEST_SECONDS = 12


def read(monkeypatch: pytest.MonkeyPatch, kind: str = "web", **variables: str) -> Limits:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    env = Env(eager=False)
    limits = read_limits(env, kind=kind)
    env.seal()
    return limits


def test_each_kind_of_process_has_limits() -> None:
    assert set(LIMITS) == set(KINDS)


@pytest.mark.parametrize("kind", ["web", "worker", "relay", "serve"])
def test_a_process_that_hangs_in_a_transaction_loses_its_locks_in_time(kind: str) -> None:
    assert 0 < LIMITS[kind].idle_in_transaction < LATEST_SECONDS
    assert 0 < LIMITS[kind].tcp < LATEST_SECONDS
    assert all(0 < limit.pool < LATEST_SECONDS and 0 < limit.lock < LATEST_SECONDS for limit in LIMITS.values())


def test_a_command_may_take_as_long_as_it_needs() -> None:
    assert LIMITS["command"].statement == 0


@pytest.mark.parametrize("kind", KINDS)
def test_without_variables_a_kind_has_its_own_limits(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name in [name for name in os.environ if name.startswith("DATABASE_")]:
        monkeypatch.delenv(name)
    assert read(monkeypatch, kind) == LIMITS[kind]


def test_a_variable_overrides_one_limit_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "DATABASE_LOCK_TIMEOUT": "0.5",
        "DATABASE_IDLE_IN_TRANSACTION_TIMEOUT": "7",
        "DATABASE_STATEMENT_TIMEOUT": "0",
        "DATABASE_POOL_TIMEOUT": "1.5",
        "DATABASE_CONNECT_TIMEOUT": "4",
        "DATABASE_TCP_TIMEOUT": "0",
    }
    overridden = Limits(lock=0.5, sqlite_lock=0.5, idle_in_transaction=7, statement=0, pool=1.5, connect=4, tcp=0)
    assert {read(monkeypatch, kind, **variables) for kind in KINDS} == {overridden}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_LOCK_TIMEOUT", "-1"),
        ("DATABASE_LOCK_TIMEOUT", "2s"),
        ("DATABASE_LOCK_TIMEOUT", "nan"),
        ("DATABASE_STATEMENT_TIMEOUT", "inf"),
        ("DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", "100000"),
        ("DATABASE_POOL_TIMEOUT", "0"),
        ("DATABASE_CONNECT_TIMEOUT", "1"),
        ("DATABASE_CONNECT_TIMEOUT", "2.5"),
        ("DATABASE_TCP_TIMEOUT", "soon"),
    ],
)
def test_nonsense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(EnvValidationError) as refused:
        read(monkeypatch, **{name: value})
    assert name in str(refused.value) or name in refused.value.error_messages


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["rundramatiq", "--processes", "2"], "worker"),
        (["relay"], "relay"),
        (["serve", "--prepare"], "serve"),
        (["metrics"], "web"),
        (["runserver"], "web"),
        (["migrate"], "command"),
        (["verify_ledger", "relay"], "command"),
        ([], "command"),
    ],
)
def test_a_command_names_its_kind_of_process(arguments: list[str], kind: str) -> None:
    assert kind_of_command(["manage.py", *arguments]) == kind


@pytest.mark.parametrize(
    ("program", "given", "kind"),
    [
        ("import livestream.wsgi", {}, "web"),
        ("import livestream.asgi", {}, "web"),
        ("import livestream.wsgi", {"PROCESS_KIND": "worker"}, "worker"),
        ("import django; django.setup()", {}, "command"),
    ],
)
def test_a_program_names_its_kind_of_process(program: str, given: dict[str, str], kind: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "PROCESS_KIND"}
    ran = subprocess.run(
        [sys.executable, "-c", f"{program}; from django.conf import settings; print(settings.PROCESS_KIND)"],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "settings.test"} | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split()[-1] == kind
