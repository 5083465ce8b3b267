"""Calls of sweeps in tests: one query finds out which sweeps may have work, and only these are called.

Most calls find nothing, and calling all of them took a quarter of the tests' time. With TEST_ROUNDS=full every sweep
is called, and one that would have been skipped must change nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from goals import selectors as goals
from goals import sweeps as of_goals
from goals.models import Goal
from goals.types import MAY_BE_JOINED
from livestream import clock, idempotency
from livestream import sweeps as of_the_ground
from livestream.models import IdempotencyRecord, ReceiverRun, SignIn, User
from livestream.outbox.sweeping import Sweep
from notifications import audience_selectors
from notifications import selectors as notifications
from notifications import sweeps as of_notifications
from notifications.models import Admission, Audience, Push, Webhook
from sessions_app import sweeps as of_sessions
from sessions_app.models import Recording, Session
from tests.support import broker
from tests.support.rounds import FULL
from wallet import selectors as wallet
from wallet.models import Escrow, PendingCredit

Rows = Callable[[datetime], QuerySet[Any, Any]]

# Rows are kept for a day at least, and a session is never too old in its first hour.
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_ended = Exists(Goal.objects.filter(ended_at__isnull=False))


def _without_audience() -> QuerySet[Goal]:
    opened = Audience.objects.filter(goal_id=OuterRef("id"), since=OuterRef("stage_started"))
    return Goal.objects.filter(~Exists(opened), active=True, stage_started__isnull=False)


def _joined() -> QuerySet[Audience]:
    running = Goal.objects.filter(active=True, type__in=MAY_BE_JOINED)
    walked = Audience.objects.filter(goal_id__in=running.values("id"), closed_at=None, walked_at__isnull=False)
    return audience_selectors.lacking_viewers(walked)


# The rows that each sweep works on. A sweep that is not listed is always called.
_WORK: dict[Callable[[], None], tuple[Rows, ...]] = {
    of_the_ground.purge_idempotency_records: (
        lambda now: IdempotencyRecord.objects.filter(created_at__lte=now - idempotency.KEPT),
    ),
    of_the_ground.purge_sign_ins: (lambda now: SignIn.objects.filter(expires_at__lte=now),),
    of_the_ground.purge_receiver_runs: (lambda now: ReceiverRun.objects.filter(finished_at__lte=now - _DAY),),
    of_the_ground.closed_accounts: (
        lambda _: User.objects.filter(is_active=True, closed_at__isnull=False),
        lambda _: User.objects.filter(is_active=False, closed_at=None),
    ),
    of_sessions.end_old_sessions: (lambda now: Session.objects.filter(active=True, created_at__lte=now - _HOUR),),
    of_sessions.reconcile_recordings: (lambda _: Recording.objects.filter(closed_at=None),),
    of_goals.contributions_to_count: (lambda _: PendingCredit.objects.all(),),
    of_goals.overdue_goals: (
        lambda now: goals.overdue_to_start(before=now),
        lambda now: goals.overdue_to_end(before=now),
        lambda _: Goal.objects.filter(ended_at=None, session__active=False),
    ),
    of_goals.sales_to_be_shown: (
        lambda now: goals.overdue_to_be_shown(before=now),
        lambda _: goals.without_time_to_be_shown(),
    ),
    of_goals.stuck_escrows: (
        lambda now: wallet.unsettled_escrows(before=now),
        lambda _: Escrow.objects.filter(_ended, state=Escrow.State.OPEN),
    ),
    of_notifications.wake_sender: (lambda _: notifications.waiting_pushes(),),
    of_notifications.wake_stage_processors: (lambda _: Webhook.objects.filter(processed_at=None),),
    of_notifications.wake_audience_processors: (lambda _: Webhook.objects.filter(processed_at=None),),
    of_notifications.wake_stream_senders: (
        lambda _: Audience.objects.filter(closed_at=None, walked_at=None),
        lambda _: Admission.objects.filter(audience__closed_at=None, told_at=None, failed_at=None),
    ),
    of_notifications.enqueue_missing_audiences: (lambda _: _without_audience(), lambda _: _joined()),
    of_notifications.purge_old_rows: (
        lambda now: Push.objects.filter(sent_at__lte=now - _DAY),
        lambda now: Webhook.objects.filter(received_at__lte=now - _DAY),
        lambda now: Audience.objects.filter(created_at__lte=now - _DAY),
    ),
}
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def call(sweeps: Sequence[Sweep]) -> None:
    """Call those of these sweeps that may find work; with TEST_ROUNDS=full, call all of them.

    While workers run, all are called: a sweep without work at the time of the query may have some when it is called.
    """
    without_work = set() if broker.workers_are_running() else _without_work()
    for each in sweeps:
        if each.function not in without_work:
            each.function()
        elif FULL:
            with _nothing_is_changed(each.function):
                each.function()


def _without_work() -> set[Callable[[], None]]:
    """Return the listed sweeps that find nothing now."""
    sql, values = _query()
    now = clock.now()
    given = [each if moment is None else _adapted(now + moment) for each, moment in values]
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found = cursor.fetchone()
    return {sweep for sweep, has_work in zip(_WORK, found, strict=True) if not has_work}


@functools.cache
def _query() -> tuple[str, list[tuple[Any, timedelta | None]]]:
    """Return the query for all sweeps and its values; times are distances from now.

    It is compiled for two days: a value that differs between them is a time.
    """
    (sql, first), (same, second) = (_compiled(_NOON), _compiled(_NOON + _DAY))
    assert sql == same
    distances = [None if a == b else _moment(a) - _NOON for a, b in zip(first, second, strict=True)]
    return sql, list(zip(first, distances, strict=True))


def _compiled(now: datetime) -> tuple[str, list[Any]]:
    columns, values = [], []
    for each in _WORK.values():
        exist = []
        for rows in each:
            sql, its_values = rows(now).order_by().values("pk").query.sql_with_params()
            exist.append(f"EXISTS ({sql})")
            values += its_values
        columns.append(" OR ".join(exist))
    return "SELECT " + ", ".join(columns), values


def _moment(value: Any) -> datetime:
    """Return a moment from the form that the database takes."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _adapted(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


@contextmanager
def _nothing_is_changed(sweep: Callable[[], None]) -> Iterator[None]:
    def refuse_changes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        # A UNION begins with a parenthesis.
        changes = not sql.lstrip("(").startswith("SELECT") and context["cursor"].rowcount > 0
        assert not changes, f"{sweep.__name__} found something, and would have been left out: {sql}"
        return result

    with connection.execute_wrapper(refuse_changes):
        yield
