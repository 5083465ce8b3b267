"""The section of pushes. Their data is not shown, as some contain tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, CharField, Value, When

from livestream.desk.redaction import last_line
from livestream.story import Entry, Kind, RowRef, Section, State, Subject, Window, buckets, timeline_section
from livestream.story.buckets import Group
from livestream.story.formatting import count, moment
from notifications.models import Push

_STATE = Case(
    When(failed_at__isnull=False, then=Value(State.FAILED.value)),
    When(sent_at__isnull=False, then=Value(State.DONE.value)),
    default=Value(State.WAITING.value),
    output_field=CharField(),
)
_STATE_TEXT = {State.DONE: "sent", State.WAITING: "waiting to be sent", State.FAILED: "refused"}
_MAX_CHANNELS = 3


@timeline_section(order=40)
def pushes_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the pushes about the goals and the escrow; those of a crowd are counted in buckets."""
    rows = Push.objects.filter(subject__in=subject.ids).annotate(push_state=_STATE)
    groups, _ = buckets.in_buckets(rows, at="created_at", window=window, by=["event", "push_state"])
    if not buckets.are_few(groups) and not window.is_narrow:
        return Section(entries=[_many(group, window) for group in groups])
    found = list(buckets.listed(rows.defer("data"), at="created_at", window=window))
    section = Section(entries=[_one(push) for push in found[: buckets.MOST_LISTED]])
    section.omitted = "More pushes follow" if len(found) > buckets.MOST_LISTED else ""
    return section


def _one(push: Push) -> Entry:
    state = State(push.push_state)  # type: ignore[attr-defined]
    text = f"sent at {moment(push.sent_at)}" if push.sent_at else _STATE_TEXT[state]
    error = f": {last_line(push.error)}" if push.error else ""
    return Entry(
        at=push.created_at,
        kind=Kind.PUSH,
        title=f"Push {push.event}",
        detail=f"to {_channels(push.channels)}; {text}{error}",
        order=(push.pk,),
        state=state,
        about=push.subject,
        ref=RowRef(model="notifications.push", pk=str(push.pk), name="push"),
    )


def _channels(names: Sequence[str]) -> str:
    first, more = ", ".join(names[:_MAX_CHANNELS]), len(names) - _MAX_CHANNELS
    return f"{first} and {count(more, 'other', 'others')}" if more > 0 else first


def _many(group: Group, window: Window) -> Entry:
    state = State(group["push_state"])
    return Entry(
        at=group["first"],
        until=group["last"],
        kind=Kind.PUSH,
        title=f"{count(group['count'], 'push', 'pushes')} {group['event']}",
        detail=_STATE_TEXT[state],
        order=(0,),
        state=state,
        bucket=window.bucket(group["bucket"]),
    )
