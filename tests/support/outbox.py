"""The outbox in tests: do what is due, in this thread, and look at what is not done yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from livestream import clock, codec
from livestream.models import OutboxMessage
from livestream.outbox import claiming, performing, sweeping
from livestream.outbox.registry import task_names
from tests.support import sweeps

_ROUNDS = 1000
_AT_ONCE = 40
_OFTEN_SECONDS = 5
# As SQL, because both are asked thousands of times, and the ORM would compile them each time.
_NEXT_DUE = """
    SELECT * FROM livestream_outboxmessage WHERE failed_at IS NULL AND eta <= %s AND actor IN ({})
    ORDER BY eta, created_at, id LIMIT %s
"""
_FAILED = "SELECT id, actor, error FROM livestream_outboxmessage WHERE error <> ''"


def sweep_all() -> None:
    """Call every sweep that may find work once, whether it is due or not."""
    sweeps.call(sweeping.declared_sweeps())


def _sweep_often() -> None:
    """Call the sweeps that a relay calls again and again while it works off what is due."""
    sweeps.call([each for each in sweeping.declared_sweeps() if each.every <= _OFTEN_SECONDS])


def run_due(*, sweeps: bool = True) -> int:
    """Perform everything that is due by the clock until nothing is; returns how much it was.

    Leases do not matter here: nobody else is at work. A failure is raised, not retried.
    """
    if sweeps:
        sweep_all()
    return _work_off(sweep=_sweep_often if sweeps else lambda: None)


def _work_off(*, sweep: Callable[[], None]) -> int:
    """Perform what is due until nothing is, also after a sweep."""
    done = swept = 0
    for _ in range(_ROUNDS):
        if messages := _next_due():
            done += perform_all(messages)
        elif done == swept:
            return done
        else:
            swept = done
            sweep()
    raise AssertionError(f"still due after {_ROUNDS} rounds: {list(_due()[:5])}")


def perform_all(messages: Sequence[OutboxMessage]) -> int:
    """Perform these messages as a worker does, in batches; raise what one failed with, and return their number."""
    claiming.mark_claimed(messages=messages, until=clock.now() + claiming.lease())
    performing.perform_claimed(messages=messages)
    _assert_none_failed({each.pk for each in messages})
    return len(messages)


def work_while(*, failing: Collection[str]) -> None:
    """Do everything that is due, as `run_due`, but the actors `failing` may fail, and are tried once."""
    sweep_all()
    for _ in range(_ROUNDS):
        message_ids = list(_due().exclude(actor__in=failing).values_list("id", flat=True))
        if not message_ids:
            break
        for message_id in message_ids:
            perform(message_id)
    for message_id in list(_due().filter(actor__in=failing).values_list("id", flat=True)):
        performing.perform(message_id=message_id)


def perform(message_id: str) -> None:
    """Perform one message and raise what it failed with."""
    performing.perform(message_id=message_id)
    _assert_none_failed({message_id})


def _assert_none_failed(message_ids: Collection[str]) -> None:
    """Raise what one of these messages failed with; hardly ever has any message failed, so all that did are read."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED)
        failed = [f"{actor} {found} failed:\n{error}" for found, actor, error in cursor if found in message_ids]
    assert not failed, failed[0]


def pass_time(moving: clock.MovableClock, *, seconds: float) -> None:
    """Let `seconds` pass, doing each piece of work at the moment it is due; all sweeps are called in the end."""
    end = moving.at + timedelta(seconds=seconds)
    while (eta := next_eta()) is not None and eta <= end:
        moving.move_to(max(eta, moving.at))
        _work_off(sweep=_sweep_often)
    moving.move_to(end)
    run_due()


def assert_enqueued(actor: str, at: datetime | None = None, **kwargs: Any) -> OutboxMessage:
    """Assert that `actor` is pending with these arguments (and, where given, for `at`)."""
    pending = OutboxMessage.objects.filter(actor=actor)
    wanted = codec.encode(kwargs)
    fitting = [m for m in pending if m.kwargs | wanted == m.kwargs and at in (None, m.eta)]
    assert fitting, f"{actor}({kwargs}) at {at} is not among {[(m.actor, m.kwargs, m.eta) for m in pending]}"
    return fitting[0]


def pending_actors() -> list[str]:
    """Return the actors of all pending messages that this release can run."""
    rows = OutboxMessage.objects.filter(actor__in=task_names(), failed_at=None)
    return sorted(rows.values_list("actor", flat=True))


def _next_due() -> list[OutboxMessage]:
    """Return the next messages that are due by the clock, as `_due` would."""
    now, names = connection.ops.adapt_datetimefield_value(clock.now()), task_names()
    places = ", ".join(["%s"] * len(names))
    return list(OutboxMessage.objects.raw(_NEXT_DUE.format(places), [now, *names, _AT_ONCE]))


def _due() -> Any:
    rows = OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())
    return rows.filter(eta__lte=clock.now()).order_by("eta", "created_at", "id")


def next_eta(*, after: datetime | None = None) -> datetime | None:
    """Return when the next piece of work is due, of those due later than `after` where given."""
    rows = OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())
    if after is not None:
        rows = rows.filter(eta__gt=after)
    return rows.order_by("eta").values_list("eta", flat=True).first()


def run_receivers() -> None:
    """Run the receivers of all events so far, and nothing that they only asked for."""
    while rows := list(_due().filter(actor__in=("deliver_event", "run_receiver")).values_list("id", flat=True)):
        for message_id in rows:
            perform(message_id)
