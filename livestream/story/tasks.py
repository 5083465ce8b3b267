"""The section of tasks: outbox messages that are due, planned, or failed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from livestream.desk.redaction import last_line
from livestream.models import OutboxMessage
from livestream.outbox import states
from livestream.story import buckets
from livestream.story.formatting import count
from livestream.story.registry import timeline_section
from livestream.story.subjects import RowRef, Subject, Window
from livestream.story.timeline import Entry, Fact, Kind, Section, State


@timeline_section(order=60)
def tasks_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the outbox messages of the subject.

    Where there are too many, those that failed are listed, as they need a person.
    """
    rows = OutboxMessage.objects.filter(subject__in=subject.ids).order_by(
        F("failed_at").desc(nulls_last=True), "-attempts", "eta", "id"
    )
    found = list(rows[: buckets.MOST_LISTED + 1])
    section = Section(omitted="More tasks wait; see the outbox" if len(found) > buckets.MOST_LISTED else "")
    entries = [_entry(message, now) for message in found[: buckets.MOST_LISTED]]
    section.entries = [entry for entry in entries if window.holds(entry.at)]
    failed = [entry for entry in entries if entry.state == State.FAILED]
    if failed:
        tasks = count(len(failed), "task", "tasks")
        section.facts = [Fact(label="In the way", text=f"{tasks} failed, see below", state=State.FAILED)]
    return section


def _entry(message: OutboxMessage, now: datetime) -> Entry:
    state, text = _state(message, now)
    receiver = message.kwargs.get("receiver")
    return Entry(
        at=message.failed_at or message.eta,
        kind=Kind.TASK,
        title=f"{message.actor} {receiver}" if receiver else message.actor,
        detail=f"{text}: {last_line(message.error)}" if message.error else text,
        order=(message.id,),
        state=state,
        about=message.subject,
        ref=RowRef(model="livestream.outboxmessage", pk=message.id, name="message"),
    )


def _state(message: OutboxMessage, now: datetime) -> tuple[State, str]:
    tries = count(message.attempts, "try", "tries")
    if message.failed_at:
        return State.FAILED, f"Failed permanently after {tries}"
    if states.is_running(message, now=now):
        return State.WAITING, "Running"
    if states.has_failed(message):
        return State.FAILED, f"Failing, {tries} so far"
    return State.WAITING, "Due" if message.eta <= now else "Planned"
