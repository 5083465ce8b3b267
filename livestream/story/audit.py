"""The chapter of support: what staff did by hand, and why."""

from __future__ import annotations

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.db.models import Q

from livestream.story import steps
from livestream.story.registry import tells
from livestream.story.subjects import Subject, Window
from livestream.story.telling import Entry, Kind, Told


@tells(place=5)
def tell_audit(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell what support staff did to the goals and to the escrow, with the reasons they gave."""
    if not subject.things:
        return Told()
    about = Q()
    for thing in subject.things:
        app_label, model = thing.model.split(".")
        about |= Q(content_type__app_label=app_label, content_type__model=model, object_id=thing.pk)
    rows = LogEntry.objects.filter(about).select_related("user", "content_type")
    found = list(steps.listed(rows, at="action_time", window=window))
    told = Told(rest="More was done by support" if len(found) > steps.MOST_LISTED else "")
    told.entries = [
        Entry(
            at=entry.action_time,
            kind=Kind.AUDIT,
            title=f"{entry.user} acted on {entry.content_type.name if entry.content_type else 'it'}",
            detail=entry.get_change_message(),
            order=(entry.pk,),
            about=entry.object_id or "",
        )
        for entry in found[: steps.MOST_LISTED]
    ]
    return told
