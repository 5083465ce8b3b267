"""The settings that benchmarks run with, also in the processes they start."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from urllib.parse import urlsplit, urlunsplit

import django

DEFAULT_DATABASE_URL = "postgresql://postgres@127.0.0.1:5432/livestream_bench"
_STATE = "BENCH_STATE"


def prepare() -> None:
    """Set Django up: the local profile on PostgreSQL, without debugging and nearly silent.

    A process that was started by another one takes over its state folder and database, and the
    broker that BENCH_BROKER_URL names.
    """
    if _STATE not in os.environ:
        os.environ[_STATE] = tempfile.mkdtemp(prefix="livestream-bench-")
        atexit.register(shutil.rmtree, os.environ[_STATE], ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = DEFAULT_DATABASE_URL
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "settings.local",
        "LIVESTREAM_VAR": os.environ[_STATE],
        "BROKER_URL": os.environ.get("BENCH_BROKER_URL", "stub://"),
        "LOG_LEVEL": "ERROR",
        "DEBUG": "false",  # it would keep the text of every query in memory
    }
    django.setup()


def database_url(*, suffix: str = "") -> str:
    """Return the URL of the benchmarks' database, or of the one beside it with a `suffix`."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=parts.path + suffix))


def namespace(name: str) -> str:
    """Return the namespace of a benchmark's queues: two runs at once have two databases, and so their own queues."""
    return f"bench-{name}-{hashlib.sha256(database_url().encode()).hexdigest()[:8]}"
