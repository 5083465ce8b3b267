"""Looking at the running service once a minute: memory, rows, and what is still to be done."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection

from bench.soak import growth
from bench.soak.house import House


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: when (seconds since the start), KB by process (resident, and proportional), rows by table."""

    at: float
    resident: dict[str, int]
    proportional: dict[str, int]
    rows: dict[str, int]


def look(house: House, *, began: float) -> Sample:
    """Take a sample; RuntimeError where a process has ended."""
    house.require_running()
    return Sample(
        at=time.monotonic() - began,
        resident=_memory(house, "VmRSS"),
        proportional=_memory(house, "Pss"),
        rows=growth.counts(cache=house.cache),
    )


def _memory(house: House, field: str) -> dict[str, int]:
    return {name: sum(process.memory_kb(field).values()) for name, process in house.processes.items()}


def vacuum() -> None:
    """Do what autovacuum does, where it is switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW autovacuum")
        if cursor.fetchone()[0] == "off":
            cursor.execute("VACUUM (ANALYZE)")
