"""The classic: rows updated in place, by pgbench."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from bench import commands, environment

SCRIPTS = {"classic": "classic.pgbench", "classic, one call": "classic_call.pgbench"}
_HERE = Path(__file__).parent
_PROOF = """
    SELECT (SELECT count(*) * 200 FROM classic.transfer),
        (SELECT sum(balance) FROM classic.account WHERE id < 0),
        (SELECT sum(progress) FROM classic.goal), (SELECT count(*) * 200 FROM classic.outbox),
        (SELECT 20000 * 1000000000000 - sum(balance) FROM classic.account WHERE id > 0)
"""


def measure(*, way: str, goals: int, clients: int, seconds: float) -> float:
    """Make the tables anew and return the contributions a second that pgbench counts.

    Raises RuntimeError where coins were lost.
    """
    with psycopg.connect(environment.database_url(), autocommit=True) as connection:
        for statement in ((_HERE / "classic.sql").read_bytes(), b"VACUUM (ANALYZE)", b"CHECKPOINT"):
            connection.execute(statement)
        rate = _run_pgbench(_HERE / SCRIPTS[way], goals, clients, seconds)
        sums = connection.execute(_PROOF).fetchone()
    if sums is None or len(set(sums)) != 1:
        raise RuntimeError(f"{way}: the sums differ: {sums}")
    return rate


def _run_pgbench(script: Path, goals: int, clients: int, seconds: float) -> float:
    command = ["pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}"]
    command += [f"--define=goals={goals}", f"--client={clients}", f"--jobs={min(clients, 2)}"]
    command += [f"--time={max(1, round(seconds))}", environment.database_url()]
    printed = commands.run(*command)
    found = re.search(r"tps = ([\d.]+)", printed)
    if found is None:
        raise RuntimeError(printed)
    return float(found[1])
