import pytest
from environs import EnvError

from settings.databases import Database, is_postgres, is_sqlite, sqlite
from settings.databases import from_url as read_url
from settings.limits import LIMITS, UNLIMITED, Limits


def from_url(url: str, *, pool_size: int = 1, limits: Limits = UNLIMITED, **options: str) -> Database:
    return read_url(url, pool_size=pool_size, limits=limits, **options)


def test_sqlite_waits_for_the_disk_and_locks_at_begin() -> None:
    options = sqlite(path="x.db")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]
    assert "journal_mode=WAL" in options["init_command"]


def test_a_sqlite_url_gets_the_same_care_as_the_default() -> None:
    assert from_url("sqlite:////srv/x.db", pool_size=4) == sqlite(path="/srv/x.db", lock_timeout=20)


def test_postgres_gets_a_pool_and_no_persistent_connections() -> None:
    database = from_url("postgresql://u:p@h:5433/d", pool_size=7)

    assert is_postgres(database=database)
    assert not is_sqlite(database=database)
    assert database["OPTIONS"]["pool"] == {"min_size": 0, "max_size": 7, "timeout": 60, "reconnect_timeout": 60}
    assert database["OPTIONS"]["prepare_threshold"] is not None  # Django would switch preparing off
    assert database["CONN_MAX_AGE"] == 0
    assert database["ATOMIC_REQUESTS"] is False


def test_postgres_keeps_the_options_of_its_url() -> None:
    assert from_url("postgresql://h/d?sslmode=require", pool_size=1)["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("url", ["mysql://h/d", "kafka://h", "nonsense", "postgresql://h:port/d"])
def test_any_other_url_is_an_error_of_the_environment(url: str) -> None:
    with pytest.raises(EnvError):
        from_url(url, pool_size=1)


def test_what_need_not_outlive_a_power_cut_waits_for_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGOPTIONS", raising=False)
    options = from_url("postgresql://h/d", pool_size=1, synchronous="OFF")["OPTIONS"]
    assert options["options"] == "-c synchronous_commit=off"
    assert "options" not in from_url("postgresql://h/d", pool_size=1)["OPTIONS"]


def test_the_limits_are_sent_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGOPTIONS", raising=False)
    limits = Limits(lock=0.2, idle_in_transaction=5, statement=0, pool=3, tcp=10)
    options = from_url("postgresql://h/d", limits=limits)["OPTIONS"]

    assert options["options"].split(" -c ") == [
        "-c lock_timeout=200",
        "idle_in_transaction_session_timeout=5000",
        "tcp_user_timeout=10000",
    ]
    assert options["pool"]["timeout"] == 3
    assert (options["connect_timeout"], options["tcp_user_timeout"], options["keepalives"]) == (3, 10_000, 1)


def test_a_limit_below_a_millisecond_is_not_none() -> None:
    assert "lock_timeout=1 " in Limits(lock=0.0001, idle_in_transaction=1, statement=1, pool=1).server_options()


def test_what_the_url_says_comes_after_the_limits_and_overrides_them() -> None:
    url = "postgresql://h/d?options=-c%20lock_timeout%3D7&connect_timeout=9&keepalives_idle=60"
    options = from_url(url, limits=LIMITS["web"], synchronous="OFF")["OPTIONS"]

    assert options["options"].startswith("-c lock_timeout=2000 ")
    assert options["options"].endswith(" -c synchronous_commit=off -c lock_timeout=7")
    assert (options["connect_timeout"], options["keepalives_idle"]) == (9, 60)


def test_libpqs_own_variable_is_kept_beside_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=8MB")
    assert from_url("postgresql://h/d", limits=LIMITS["web"])["OPTIONS"]["options"].endswith(" -c work_mem=8MB")


def test_sqlite_waits_for_its_lock_as_the_kind_of_process_may() -> None:
    waits = {
        kind: from_url("sqlite:////srv/x.db", limits=limits)["OPTIONS"]["timeout"] for kind, limits in LIMITS.items()
    }
    assert waits == {"web": 5, "serve": 5, "worker": 20, "relay": 20, "command": 20}
