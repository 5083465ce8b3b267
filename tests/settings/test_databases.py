import pytest
from environs import EnvError

from settings.databases import from_url, is_postgres, is_sqlite, sqlite


def test_sqlite_waits_for_the_disk_and_locks_at_begin() -> None:
    options = sqlite(path="x.db")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]
    assert "journal_mode=WAL" in options["init_command"]


def test_a_sqlite_url_gets_the_same_care_as_the_default() -> None:
    assert from_url("sqlite:////srv/x.db", pool_size=4) == sqlite(path="/srv/x.db")


def test_postgres_gets_a_pool_and_no_persistent_connections() -> None:
    database = from_url("postgresql://u:p@h:5433/d", pool_size=7)

    assert is_postgres(database=database)
    assert not is_sqlite(database=database)
    assert database["OPTIONS"]["pool"] == {"min_size": 0, "max_size": 7, "timeout": 5}
    assert database["OPTIONS"]["prepare_threshold"] is not None  # Django would switch preparing off
    assert database["CONN_MAX_AGE"] == 0
    assert database["ATOMIC_REQUESTS"] is False


def test_postgres_keeps_the_options_of_its_url() -> None:
    assert from_url("postgresql://h/d?sslmode=require", pool_size=1)["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("url", ["mysql://h/d", "kafka://h", "nonsense", "postgresql://h:port/d"])
def test_any_other_url_is_an_error_of_the_environment(url: str) -> None:
    with pytest.raises(EnvError):
        from_url(url, pool_size=1)


def test_what_need_not_outlive_a_power_cut_waits_for_no_disk() -> None:
    options = from_url("postgresql://h/d", pool_size=1, synchronous="OFF")["OPTIONS"]
    assert options["options"] == "-c synchronous_commit=off"
    assert "options" not in from_url("postgresql://h/d", pool_size=1)["OPTIONS"]
