"""Money in a flood: how late shows are paid out and sales end while many pushes and tracking tasks are due."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench import world
from bench.schedule import measuring, tasks, ways
from bench.schedule.processes import Process
from goals import escrow_ids
from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import contributions, counting, lifecycle
from livestream import clock
from livestream.outbox import Delivery, Urgency, enqueue
from livestream.outbox.registry import task_of
from wallet.verification import verify_ledger

PAYERS = 200
_PAUSE = 1.0
_LOOK_EVERY = 0.005
_LONGEST = 120.0
_FLOODING = (tasks.push, tasks.track)
_INSERT = """
    INSERT INTO livestream_outboxmessage (id, actor, urgency, kwargs, subject, eta, due_at, attempts, error,
        request_id, client_id, created_at)
    SELECT lpad(to_hex(%(urgency)s * 1000000 + n), 24, '0'), %(actor)s, %(urgency)s,
        jsonb_build_object('number', n), '', %(now)s, %(now)s, 0, '', '', '', %(now)s
    FROM generate_series(1, %(tasks)s) AS n
"""
_LEFT = "SELECT count(*) FROM livestream_outboxmessage WHERE urgency = ANY(%s)"
_DONE = """
    SELECT coalesce(goal_id, escrow_id) FROM livestream_eventrecord
    WHERE (name = 'escrow.completed' AND escrow_id = ANY(%(escrows)s))
        OR (name = 'goal.ended' AND goal_id = ANY(%(goals)s))
"""


@dataclass(frozen=True, slots=True)
class Flood:
    """How late each payout and each end of a sale was (ms), behind how many less urgent tasks.

    A payout is late from the moment it was stored until `escrow.completed` is committed, a sale's end
    from its `exp` until `goal.ended` is. `left` is how many of the less urgent tasks were left afterwards.
    """

    tasks: int
    payouts_ms: list[float]
    ends_ms: list[float]
    left: int
    peak_mb: dict[str, float]


def measure(*, number: int, each: int, broker: str) -> Flood:
    """Pay out `each` shows and end as many sales while `number` less urgent tasks are due.

    Raises RuntimeError if the ledger is wrong afterwards.
    """
    escrows, sales = _build(each)
    way = ways.service(task=ways.INSERT, broker=broker, with_web=True)
    measuring.lateness.make_table()
    with way.running() as processes:
        measuring.warm_up(way, processes)
        _store_flood(number)
        payouts, ends, left = _watch(processes[-1], escrows, sales)
        peaks = measuring.peaks(processes)
    if wrong := verify_ledger():
        raise RuntimeError("; ".join(map(str, wrong)))
    return Flood(number, payouts, ends, left, peaks)


def _build(each: int) -> tuple[list[str], list[str]]:
    """Make shows to pay out and sales to end, with payers; return the shows' escrows and the sales' goals."""
    now = clock.now()
    world.build(viewers=PAYERS, goals=2 * each, now=now)
    goals = [world.goal_id(number) for number in range(2 * each)]
    for goal_id in goals:
        for payer in range(1, PAYERS + 1):
            viewer = world.viewer_id(payer)
            contributions.contribute(goal_id=goal_id, payer_id=viewer, quantity=1, now=clock.now())
        counting.count_all_contributions(escrow_id=escrow_ids.show_funding(goal_id))
    world.settle_down()
    return [escrow_ids.show_funding(goal_id) for goal_id in goals[:each]], goals[each:]


def _store_flood(number: int) -> None:
    with connection.cursor() as cursor:
        for task in _FLOODING:
            declared = task_of(task)
            values: dict[str, Any] = {"actor": declared.name, "urgency": int(declared.urgency), "now": clock.now()}
            cursor.execute(_INSERT, values | {"tasks": number // len(_FLOODING)})
    world.analyze()


def _watch(web: Process, escrows: Sequence[str], sales: Sequence[str]) -> tuple[list[float], list[float], int]:
    """Have shows paid out and sales ended in turn, and return how late each was, and how many tasks were left."""
    begins = clock.now() + timedelta(seconds=1)
    wanted = {goal_id: begins + timedelta(seconds=_PAUSE * turn) for turn, goal_id in enumerate(sales)}
    _plan(wanted)
    seen: dict[str, datetime] = {}
    until = time.monotonic() + _LONGEST
    to_pay = list(escrows)
    while len(seen) < len(escrows) + len(sales):
        if to_pay and clock.now() >= begins + timedelta(seconds=_PAUSE * (len(escrows) - len(to_pay))):
            escrow_id = to_pay.pop(0)
            wanted[escrow_id] = clock.now()
            web.ask(f"payout {escrow_id}")
        _look(escrows, sales, seen)
        if time.monotonic() > until:
            raise RuntimeError(f"{len(seen)} of {len(escrows) + len(sales)} were done after {_LONGEST:g} s")
        time.sleep(_LOOK_EVERY)
    late = {one: 1000 * (at - wanted[one]).total_seconds() for one, at in seen.items()}
    return [late[one] for one in escrows], [late[one] for one in sales], _left()


def _plan(ends: dict[str, datetime]) -> None:
    with transaction.atomic():
        for goal_id, exp in ends.items():
            Goal.objects.filter(pk=goal_id).update(exp=exp)
            because = EndedBecause.EXPIRED
            enqueue(lifecycle.deactivate_goal, Delivery(eta=exp), goal_id=goal_id, because=because)


def _look(escrows: Sequence[str], goals: Sequence[str], seen: dict[str, datetime]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DONE, {"escrows": list(escrows), "goals": list(goals)})
        found = [str(row[0]) for row in cursor.fetchall()]
    now = clock.now()
    for each in found:
        seen.setdefault(each, now)


def _left() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [[int(Urgency.PUSHES), int(Urgency.ANALYTICS)]])
        return int(cursor.fetchone()[0])
