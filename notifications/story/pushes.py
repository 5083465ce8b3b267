"""The chapter of pushes. What is in them is not shown: some carry tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, CharField, Value, When

from livestream.desk.redaction import last_line
from livestream.story import Entry, Kind, State, Subject, Thing, Told, Window, steps, tells
from livestream.story.steps import Group
from livestream.story.wording import count, moment
from notifications.models import Push

_STATE = Case(
    When(failed_at__isnull=False, then=Value(State.FAILED.value)),
    When(sent_at__isnull=False, then=Value(State.DONE.value)),
    default=Value(State.WAITING.value),
    output_field=CharField(),
)
_SAID = {State.DONE: "sent", State.WAITING: "waiting to be sent", State.FAILED: "refused"}
_MOST_CHANNELS = 3


@tells(place=40)
def tell_pushes(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell what was pushed about the goals and the escrow; a crowd's pushes together."""
    rows = Push.objects.filter(subject__in=subject.ids).annotate(standing=_STATE)
    groups, _ = steps.in_steps(rows, at="created_at", window=window, by=["event", "standing"])
    if not steps.are_few(groups) and not window.is_narrow:
        return Told(entries=[_many(group, window) for group in groups])
    found = list(steps.listed(rows.defer("data"), at="created_at", window=window))
    told = Told(entries=[_one(push) for push in found[: steps.MOST_LISTED]])
    told.rest = "More pushes follow" if len(found) > steps.MOST_LISTED else ""
    return told


def _one(push: Push) -> Entry:
    state = State(push.standing)  # type: ignore[attr-defined]
    said = f"sent at {moment(push.sent_at)}" if push.sent_at else _SAID[state]
    error = f": {last_line(push.error)}" if push.error else ""
    return Entry(
        at=push.created_at,
        kind=Kind.PUSH,
        title=f"Push {push.event}",
        detail=f"to {_channels(push.channels)}; {said}{error}",
        order=(push.pk,),
        state=state,
        about=push.subject,
        thing=Thing(model="notifications.push", pk=str(push.pk), name="push"),
    )


def _channels(names: Sequence[str]) -> str:
    first, more = ", ".join(names[:_MOST_CHANNELS]), len(names) - _MOST_CHANNELS
    return f"{first} and {count(more, 'other', 'others')}" if more > 0 else first


def _many(group: Group, window: Window) -> Entry:
    state = State(group["standing"])
    return Entry(
        at=group["first"],
        until=group["last"],
        kind=Kind.PUSH,
        title=f"{count(group['count'], 'push', 'pushes')} {group['event']}",
        detail=_SAID[state],
        order=(0,),
        state=state,
        opens=window.step(group["step"]),
    )
