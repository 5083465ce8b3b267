"""Which receivers of an event ran, which wait, and which failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from livestream.desk.redaction import last_line
from livestream.events import delivering, registry
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord, OutboxMessage, ReceiverRun
from livestream.outbox import states
from livestream.story.formatting import count, moment
from livestream.story.timeline import Line, State

Lines = Sequence[Line]
_MAX_RUNS = 5000


def lines_of(*, records: Sequence[EventRecord], subjects: Sequence[str], now: datetime) -> dict[int, Lines]:
    """Return by position what is known about the receivers of these events, in two queries for all of them.

    State receivers ran in the transaction of their event, or it would not exist. The runs of
    effect receivers are kept for a while. Those that have not finished are still outbox
    messages, one for each event and receiver.
    """
    positions = [record.position for record in records]
    ran = defaultdict(list)
    for run in ReceiverRun.objects.filter(position__in=positions).order_by("id")[:_MAX_RUNS]:
        ran[run.position].append(run)
    waiting, since = _waiting(subjects, positions), delivering.runs_kept_since(now=now)
    return {each.position: list(_lines(each, ran[each.position], waiting[each.position], since)) for each in records}


def _waiting(subjects: Sequence[str], positions: Sequence[int]) -> dict[int, list[OutboxMessage]]:
    found: dict[int, list[OutboxMessage]] = defaultdict(list)
    rows = OutboxMessage.objects.filter(subject__in=subjects, actor__in=("deliver_event", "run_receiver"))
    for message in rows.filter(kwargs__position__in=positions).order_by("id"):
        found[message.kwargs["position"]].append(message)
    return found


def _lines(
    record: EventRecord, ran: list[ReceiverRun], waiting: list[OutboxMessage], since: datetime | None
) -> Iterator[Line]:
    acting = _acting(record)
    for receiver in acting:
        if not receiver.effect:
            yield Line(text=f"{receiver.name}: ran with the event")
    for run in ran:
        tries = f", {count(run.attempts, 'try', 'tries')}" if run.attempts > 1 else ""
        yield Line(text=f"{run.receiver}: ran at {moment(run.finished_at)}{tries}")
    for message in waiting:
        yield _not_done(message)
    known = {run.receiver for run in ran} | {_receiver_of(message) for message in waiting}
    if any(message.actor == "deliver_event" for message in waiting):
        return
    purged = since is not None and record.occurred_at <= since
    for receiver in acting:
        if receiver.effect and receiver.name not in known:
            text = "done, when is no longer kept" if purged else "not known to have run"
            yield Line(text=f"{receiver.name}: {text}")


def _acting(record: EventRecord) -> list[Receiver]:
    signal = DomainSignal.registry.get(record.name)
    return registry.acting_receivers(signal, signal.payload.from_json(record.payload)) if signal else []


def _receiver_of(message: OutboxMessage) -> str:
    if message.actor == "deliver_event":
        return "effect receivers"
    return str(message.kwargs.get("receiver", "")).rpartition(":")[2]


def _not_done(message: OutboxMessage) -> Line:
    name, tries = _receiver_of(message), count(message.attempts, "try", "tries")
    if message.failed_at:
        return Line(text=f"{name}: failed permanently after {tries}: {last_line(message.error)}", state=State.FAILED)
    if states.has_failed(message):
        return Line(text=f"{name}: failing, {tries} so far: {last_line(message.error)}", state=State.FAILED)
    return Line(text=f"{name}: waits to run", state=State.WAITING)
