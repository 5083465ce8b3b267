"""The section of the audit log: what support staff did, and why."""

from __future__ import annotations

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.db.models import Q

from livestream.desk import audit
from livestream.story import buckets
from livestream.story.registry import timeline_section
from livestream.story.subjects import Subject, Window
from livestream.story.timeline import Entry, Kind, Section


@timeline_section(order=5)
def audit_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List what support staff did to the goals and to the escrow, with the reasons they gave."""
    if not subject.refs:
        return Section()
    about = Q()
    for ref in subject.refs:
        app_label, model = ref.model.split(".")
        about |= Q(content_type__app_label=app_label, content_type__model=model, object_id=ref.pk)
    rows = LogEntry.objects.filter(about).select_related("user", "content_type")
    found = list(buckets.listed(rows, at="action_time", window=window))
    section = Section(omitted="More was done by support" if len(found) > buckets.MOST_LISTED else "")
    section.entries = [
        Entry(
            at=entry.action_time,
            kind=Kind.AUDIT,
            title=f"{entry.user} acted on {entry.content_type.name if entry.content_type else 'it'}",
            detail=str(audit.read(entry=entry)),
            order=(entry.pk,),
            about=entry.object_id or "",
        )
        for entry in found[: buckets.MOST_LISTED]
    ]
    return section
