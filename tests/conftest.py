"""What all tests share: which servers they run on."""

import gc
import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

from livestream import clock, rate_limits
from livestream.storage.database_clock import DatabaseClock
from tests.support.rounds import rounds

# On a busy machine, a slow example is not a failure.
settings.register_profile(
    "house", deadline=None, max_examples=rounds(100), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


pytest_plugins = [
    "tests.support.broker",
    "tests.support.byteplus",
    "tests.support.declared_pushes",
    "tests.support.emptying",
    "tests.support.events",
    "tests.support.node",
    "tests.support.probes",
    "tests.support.recorded",
    "tests.process.fixtures",
]


# Run the garbage collector less often, from here on: also collecting the tests is an eighth faster.
gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish() -> None:
    """Exempt what is imported from the garbage collector. With its threshold, this saves a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Start two workers for each processor, since many tests wait for a process that they started."""
    is_linux = hasattr(os, "sched_getaffinity")  # which counts only the processors that this process may use
    return 2 * (len(os.sched_getaffinity(0)) if is_linux else os.cpu_count() or 1)


def pytest_report_header() -> str:
    """Name the servers of this run, since the same tests must pass on all of them."""
    broker = os.environ.get("BROKER_URL", "stub").partition(":")[0]
    return f"database: {connection.vendor}, broker: {broker}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take long; skip the races that SQLite's single writer cannot have."""
    slow_modules = {item.path for item in items if "slow" in item.keywords}
    items.sort(key=lambda item: item.path not in slow_modules)
    if connection.vendor == "postgresql":
        return
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))


class _ClockOfTests(DatabaseClock):
    """The database's clock. A test without the database gets the machine's, which is the same here."""

    def now(self) -> datetime:
        try:
            return super().now()
        except RuntimeError:  # pytest-django's refusal
            return clock.MachineClock().now()


@pytest.fixture(scope="session", autouse=True)
def _clock_for_tests_without_database() -> None:
    if connection.vendor == "postgresql":
        clock.follow(_ClockOfTests())


@pytest.fixture(autouse=True)
def _rate_limits_are_reset() -> None:
    """Reset the rate limits, since all tests call from one address and with the same user names."""
    rate_limits.reset()


@pytest.fixture
def moving() -> Iterator[clock.MovableClock]:
    """The clock of the process, frozen at the current time. Some folders override it with a fixed time."""
    with clock.frozen() as moving:
        yield moving
