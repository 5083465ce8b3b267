"""The section of audiences: when each was opened, and how many of its viewers were notified, wait or failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from livestream.desk.redaction import last_line
from livestream.models import User
from livestream.story import (
    Entry,
    Kind,
    RowRef,
    Section,
    State,
    Subject,
    Window,
    buckets,
    payer_section,
    timeline_section,
)
from livestream.story.formatting import count, moment
from notifications.models import Admission, Audience

_MAX_ADMISSIONS = 20
# A big show has hundreds of thousands of viewers each time it begins; only those of the latest times are counted.
_COUNTED = 5


@timeline_section(order=45)
def audiences_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List each time the viewers were let in, and count those of the last few times."""
    found = list(Audience.objects.filter(subject__in=subject.goal_ids).order_by("-id")[: buckets.MOST_LISTED])
    counted = Admission.objects.filter(audience__in=found[:_COUNTED]).order_by().values("audience_id")
    counted = counted.annotate(all=Count("pk"), sent=Count("told_at"), failed=Count("failed_at"), last=Max("told_at"))
    numbers: dict[str, dict[str, Any]] = {each["audience_id"]: dict(each) for each in counted}
    entries = [_entry(audience, numbers.get(audience.id, {})) for audience in found[:_COUNTED]]
    return Section(entries=[*entries, *(_uncounted(audience) for audience in found[_COUNTED:])])


def _uncounted(audience: Audience) -> Entry:
    return Entry(
        at=audience.created_at,
        kind=Kind.PUSH,
        title="Viewers let in to watch",
        detail=f"how many is counted for the last {_COUNTED} beginnings alone",
        order=(audience.id,),
        state=_state(audience, 0, 0),
        about=audience.subject,
        ref=_ref(audience),
    )


def _ref(audience: Audience) -> RowRef:
    return RowRef(model="notifications.audience", pk=audience.id, name="audience")


def _entry(audience: Audience, numbers: dict[str, Any]) -> Entry:
    sent, failed = numbers.get("sent", 0), numbers.get("failed", 0)
    waiting = numbers.get("all", 0) - sent - failed
    parts = [f"notified {sent:,}"] + [f"{n:,} {word}" for n, word in ((waiting, "waiting"), (failed, "failed")) if n]
    return Entry(
        at=audience.created_at,
        kind=Kind.PUSH,
        title=f"{count(numbers.get('all', 0), 'viewer', 'viewers')} let in to watch",
        detail=f"{', '.join(parts)}; the last at {moment(numbers.get('last'))}",
        order=(audience.id,),
        state=_state(audience, waiting, failed),
        about=audience.subject,
        ref=_ref(audience),
    )


def _state(audience: Audience, waiting: int, failed: int) -> State:
    if failed:
        return State.FAILED
    is_running = audience.closed_at is None and (waiting or audience.walked_at is None)
    return State.WAITING if is_running else State.DONE


@payer_section
def admissions_of_payer(subject: Subject, user: User) -> Section:
    """Return when a viewer was let in to watch, or why not."""
    rows = Admission.objects.filter(viewer_id=user.pk, audience__subject__in=subject.goal_ids)
    return Section(entries=list(_admissions(rows.select_related("audience").order_by("id")[:_MAX_ADMISSIONS])))


def _admissions(found: Any) -> Iterator[Entry]:
    for each in found:
        if each.failed_at:
            title, at = "Could not be let in to watch", each.failed_at
        elif each.told_at:
            title, at = f"Was let in to watch until {moment(each.exp)}", each.told_at
        else:
            title, at = "Waits to be let in to watch", each.audience.created_at
        yield Entry(at=at, kind=Kind.PUSH, title=title, detail=last_line(each.error), order=(each.pk,))
