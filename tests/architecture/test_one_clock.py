"""There is one clock (docs/decisions/0017-one-clock.md); each module that reads another one is listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, product_modules

# By the last two names of what is read: `datetime.datetime.now` is `datetime.now`.
READERS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "timezone.localtime"),
    *("timezone.localdate", "time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.ctime"),
    *("time.strftime", "time.clock_gettime", "time.clock_gettime_ns", "utils.aware_utcnow", "functions.Now"),
}
# Fields and names that read the machine's clock by themselves.
HIDDEN = {"auto_now", "auto_now_add", "Now", "CurrentTimestamp", "TransactionNow"}

ALLOWED = {
    "livestream/clock.py": "the machine's clock is the database's on SQLite",
    "livestream/storage/database_clock.py": "compares the machine's clock with the database's",
    "livestream/ids.py": "ids are also made without a database; nothing reads their seconds, and the rest is unique",
    "livestream/demo/acts.py": "the demo is a client and has its own clock",
    "livestream/demo/invitations.py": "the demo is a client and has its own clock",
    "livestream/demo/webhook_stage.py": "plays Pusher, which has its own clock",
    "livestream/realtime_server/batching.py": "plays Pusher, which has its own clock",
    "livestream/realtime_server/rest.py": "plays Pusher, which has its own clock",
    "livestream/demo/scenarios/show.py": "the demo is a client and has its own clock",
}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def readings(tree: ast.Module) -> Iterator[str]:
    """Yield what reads a clock: also a function that is only passed on, and one that is imported by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (found := ".".join(dotted(node).split(".")[-2:])) in READERS:
            yield found
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = node.module.split(".")[-1]
            yield from (alias.name for alias in node.names if f"{module}.{alias.name}" in READERS)
        elif isinstance(node, ast.keyword) and node.arg in HIDDEN:
            yield str(node.arg)
        elif isinstance(node, ast.Name) and node.id in HIDDEN:
            yield node.id


def modules() -> list[Module]:
    return [module for module in product_modules() if not str(module.path).startswith("settings/")]


def test_no_module_reads_another_clock_without_a_reason():
    assert {str(module.path) for module in modules() if any(readings(module.tree))} == set(ALLOWED)
    assert all(ALLOWED.values())


def test_no_sql_reads_a_clock():
    """Times are passed to SQL. The `now()` of PostgreSQL is when the transaction began, long before perhaps."""
    reading = (
        "now()",
        "current_timestamp",
        "clock_timestamp()",
        "statement_timestamp()",
        "localtimestamp",
        "current_date",
    )
    found = {
        str(module.path)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE"))
        if any(name in node.value.lower() for name in reading)
    }
    assert found == {"livestream/storage/database_clock.py"}


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now()",
        "from time import time",
        "field(default_factory=time.time)",
        "DateTimeField(default=timezone.now)",
        "DateTimeField(auto_now_add=True)",
        "rows.update(at=Now())",
    ],
)
def test_a_reading_in_any_form_is_noticed(source):
    assert list(readings(ast.parse(source)))


def test_the_one_clock_and_a_steady_one_are_no_readings():
    assert not list(readings(ast.parse("clock.now()\ntime.monotonic()\nx.now()")))
