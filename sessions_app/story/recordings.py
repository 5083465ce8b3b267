"""The section of recordings: what was recorded, and the calls to the RTC provider about it."""

from __future__ import annotations

from datetime import datetime

from livestream.desk.redaction import redacted
from livestream.story import Entry, Kind, RowRef, Section, State, Subject, Window, buckets, timeline_section
from sessions_app.models import Recording, RtcCall

_MAX_LENGTH = 200


@timeline_section(order=50)
def recordings_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the recordings of the goals, and each call to the RTC provider about them."""
    recordings = Recording.objects.filter(pk__in=subject.goal_ids)
    calls = RtcCall.objects.filter(subject__in=subject.goal_ids)
    found = list(buckets.listed(calls, at="made_at", window=window))
    section = Section(omitted="More calls to the RTC provider follow" if len(found) > buckets.MOST_LISTED else "")
    section.entries = [_recording(each) for each in recordings] + [_call(each) for each in found[: buckets.MOST_LISTED]]
    return section


def _recording(recording: Recording) -> Entry:
    failed = recording.refused_at is not None
    waits = recording.closed_at is None and not failed
    note = f"; {redacted(recording.note)[:_MAX_LENGTH]}" if recording.note else ""
    return Entry(
        at=recording.created_at,
        until=recording.closed_at,
        kind=Kind.SESSION,
        title=f"Recording: {recording.state}",
        detail=f"room {recording.room_id or 'not known yet'}{note}",
        order=(0,),
        state=State.FAILED if failed else State.WAITING if waits else State.DONE,
        about=recording.goal_id,
        ref=RowRef(model="sessions_app.recording", pk=recording.goal_id, name="recording"),
    )


def _call(call: RtcCall) -> Entry:
    failed = call.outcome != RtcCall.Outcome.DONE
    return Entry(
        at=call.made_at,
        kind=Kind.SESSION,
        title=f"Asked {call.provider} for {call.action}",
        detail=f"{call.outcome}, {call.took_ms:,} ms" + (f": {redacted(call.said)[:_MAX_LENGTH]}" if failed else ""),
        order=(1, call.pk),
        state=State.FAILED if failed else State.DONE,
        about=call.subject,
        ref=RowRef(model="sessions_app.rtccall", pk=str(call.pk), name="RTC call"),
    )
