"""The chapter of tasks: what is due, what will be, and what failed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from livestream.desk.redaction import last_line
from livestream.models import OutboxMessage
from livestream.story import steps
from livestream.story.registry import tells
from livestream.story.subjects import Subject, Thing, Window
from livestream.story.telling import Entry, Fact, Kind, State, Told
from livestream.story.wording import count


@tells(place=60)
def tell_tasks(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell the outbox messages of the subject: those that failed first, as they need a person."""
    rows = OutboxMessage.objects.filter(subject__in=subject.ids).order_by(
        F("failed_at").desc(nulls_last=True), "-attempts", "eta", "id"
    )
    found = list(rows[: steps.MOST_LISTED + 1])
    told = Told(rest="More tasks wait; see the outbox" if len(found) > steps.MOST_LISTED else "")
    entries = [_entry(message, now) for message in found[: steps.MOST_LISTED]]
    told.entries = [entry for entry in entries if window.holds(entry.at)]
    failed = [entry for entry in entries if entry.state == State.FAILED]
    if failed:
        tasks = count(len(failed), "task", "tasks")
        told.facts = [Fact(label="In the way", text=f"{tasks} failed, see below", state=State.FAILED)]
    return told


def _entry(message: OutboxMessage, now: datetime) -> Entry:
    state, said = _standing(message, now)
    receiver = message.kwargs.get("receiver")
    return Entry(
        at=message.failed_at or message.eta,
        kind=Kind.TASK,
        title=f"{message.actor} {receiver}" if receiver else message.actor,
        detail=f"{said}: {last_line(message.error)}" if message.error else said,
        order=(message.id,),
        state=state,
        about=message.subject,
        thing=Thing(model="livestream.outboxmessage", pk=message.id, name="message"),
    )


def _standing(message: OutboxMessage, now: datetime) -> tuple[State, str]:
    tries = count(message.attempts, "try", "tries")
    if message.failed_at:
        return State.FAILED, f"Failed for good after {tries}"
    if message.attempts:
        return State.FAILED, f"Failing, {tries} so far"
    return State.WAITING, "Due" if message.eta <= now else "Planned"
