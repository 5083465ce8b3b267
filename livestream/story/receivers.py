"""Which receivers ran on an event, which wait and which failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from livestream.events import registry
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord, OutboxMessage, ReceiverRun
from livestream.redaction import last_line
from livestream.story.telling import Line, State
from livestream.story.wording import count, moment

Lines = Sequence[Line]
_MOST_WAITING = 500
_MOST_RUNS = 5000


def lines_of(*, records: Sequence[EventRecord], subjects: Sequence[str]) -> dict[int, Lines]:
    """Return by position what is known of the receivers of these events: two questions for all.

    State receivers ran with their event, or it would not be there. Of effect receivers the
    runs are kept for a while; those that did not get to an end are still messages.
    """
    positions = [record.position for record in records]
    ran = defaultdict(list)
    for run in ReceiverRun.objects.filter(position__in=positions).order_by("id")[:_MOST_RUNS]:
        ran[run.position].append(run)
    waiting = _waiting(subjects)
    return {each.position: list(_lines(each, ran[each.position], waiting[each.position])) for each in records}


def _waiting(subjects: Sequence[str]) -> dict[int, list[OutboxMessage]]:
    found: dict[int, list[OutboxMessage]] = defaultdict(list)
    rows = OutboxMessage.objects.filter(subject__in=subjects, actor__in=("deliver_event", "run_receiver"))
    for message in rows.order_by("id")[:_MOST_WAITING]:
        found[message.kwargs.get("position", 0)].append(message)
    return found


def _lines(record: EventRecord, ran: list[ReceiverRun], waiting: list[OutboxMessage]) -> Iterator[Line]:
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
    for receiver in acting:
        if receiver.effect and receiver.name not in known:
            yield Line(text=f"{receiver.name}: done, when is no longer kept")


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
        return Line(text=f"{name}: failed for good after {tries}: {last_line(message.error)}", state=State.FAILED)
    if message.attempts:
        return Line(text=f"{name}: failing, {tries} so far: {last_line(message.error)}", state=State.FAILED)
    return Line(text=f"{name}: waits to run", state=State.WAITING)
