"""The section of events: what happened, and which receivers ran or failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.db.models.fields.json import KeyTransform

from livestream.events.contracts import GOAL_PROGRESSED
from livestream.models import EventRecord
from livestream.story import buckets, receivers
from livestream.story.buckets import Group
from livestream.story.formatting import count, name
from livestream.story.registry import timeline_section
from livestream.story.subjects import RowRef, Subject, Window
from livestream.story.timeline import Entry, Kind, Section, State

# The keys of a payload that are shown, in this order; the rest is in the event log.
_SHOWN_KEYS = ("outcome", "level", "progress", "amount", "payers", "final", "transfer_id")
_MILESTONES = ("goal.started", "goal.completed", "goal.agreed", "goal.ended")


@timeline_section(order=10)
def events_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the events of the goals and of the escrow; the progress of a crowd is counted in buckets."""
    rows = _events_of(subject)
    progress, _ = buckets.in_buckets(
        rows.filter(name=GOAL_PROGRESSED.name),
        at="occurred_at",
        window=window,
        by=["goal_id"],
        latest=Max("position"),
    )
    each = buckets.are_few(progress) or window.is_narrow
    others = rows if each else rows.exclude(name=GOAL_PROGRESSED.name)
    found = list(buckets.listed(others, at="occurred_at", window=window))
    section = Section(omitted="More events follow" if len(found) > buckets.MOST_LISTED else "")
    section.entries = _listed(found[: buckets.MOST_LISTED], subject, now)
    if not each:
        section.entries += _counted(progress, window)
    return section


def _events_of(subject: Subject) -> QuerySet[EventRecord]:
    # A goal's events name its escrow too, so one index finds them all.
    if subject.escrow_id:
        return EventRecord.objects.filter(escrow_id=subject.escrow_id)
    return EventRecord.objects.filter(goal_id__in=subject.goal_ids)


def _listed(found: Sequence[EventRecord], subject: Subject, now: datetime) -> list[Entry]:
    lines = receivers.lines_of(records=found, subjects=subject.ids, now=now)
    return [_one(record, lines[record.position]) for record in found]


def _one(record: EventRecord, lines: receivers.Lines) -> Entry:
    failed = any(line.state == State.FAILED for line in lines)
    return Entry(
        at=record.occurred_at,
        kind=Kind.EVENT,
        title=record.name,
        detail=_detail(record),
        order=(record.position,),
        state=State.FAILED if failed else State.DONE,
        about=record.goal_id or record.escrow_id or "",
        ref=RowRef(model="livestream.eventrecord", pk=str(record.pk), name="event"),
        lines=tuple(lines),
        mark=record.name.partition(".")[2] if record.name in _MILESTONES else "",
    )


def _detail(record: EventRecord) -> str:
    by = f"by {record.triggerer}" if record.triggerer else ""
    texts = (_text(key, record.payload[key]) for key in _SHOWN_KEYS if record.payload.get(key) not in (None, False))
    return " · ".join(part for part in (*texts, by) if part)


def _text(key: str, value: Any) -> str:
    if value is True:
        return name(key)
    if key == "payers":
        return count(len(value) if isinstance(value, dict) else int(value), "payer", "payers")
    return f"{name(key)} {value:,}" if isinstance(value, int) else f"{name(key)} {value}"


def _counted(groups: Sequence[Group], window: Window) -> list[Entry]:
    latest = EventRecord.objects.filter(pk__in=[group["latest"] for group in groups])
    reached = dict(latest.values_list("pk", KeyTransform("progress", "payload")))
    return [
        Entry(
            at=group["first"],
            until=group["last"],
            kind=Kind.EVENT,
            title=f"{GOAL_PROGRESSED.name}, {count(group['count'], 'time', 'times')}",
            detail=f"progress {reached[group['latest']]:,} in the end",
            order=(group["latest"],),
            about=group["goal_id"] or "",
            bucket=window.bucket(group["bucket"]),
        )
        for group in groups
    ]
