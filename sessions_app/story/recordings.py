"""The chapter of recordings: what was recorded, and what the provider was asked for it."""

from __future__ import annotations

from datetime import datetime

from livestream.desk.redaction import redacted
from livestream.story import Entry, Kind, State, Subject, Thing, Told, Window, steps, tells
from sessions_app.models import Recording, RtcCall

_LONGEST = 200


@tells(place=50)
def tell_recordings(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell of the recordings of the goals, and each call to the provider about them."""
    recordings = Recording.objects.filter(pk__in=subject.goal_ids)
    calls = RtcCall.objects.filter(subject__in=subject.goal_ids)
    found = list(steps.listed(calls, at="made_at", window=window))
    told = Told(rest="More calls to the RTC provider follow" if len(found) > steps.MOST_LISTED else "")
    told.entries = [_recording(each) for each in recordings] + [_call(each) for each in found[: steps.MOST_LISTED]]
    return told


def _recording(recording: Recording) -> Entry:
    failed = recording.refused_at is not None
    waits = recording.closed_at is None and not failed
    note = f"; {redacted(recording.note)[:_LONGEST]}" if recording.note else ""
    return Entry(
        at=recording.created_at,
        until=recording.closed_at,
        kind=Kind.SESSION,
        title=f"Recording: {recording.state}",
        detail=f"room {recording.room_id or 'not known yet'}{note}",
        order=(0,),
        state=State.FAILED if failed else State.WAITING if waits else State.DONE,
        about=recording.goal_id,
        thing=Thing(model="sessions_app.recording", pk=recording.goal_id, name="recording"),
    )


def _call(call: RtcCall) -> Entry:
    failed = call.outcome != RtcCall.Outcome.DONE
    return Entry(
        at=call.made_at,
        kind=Kind.SESSION,
        title=f"Asked {call.provider} for {call.action}",
        detail=f"{call.outcome}, {call.took_ms:,} ms" + (f": {redacted(call.said)[:_LONGEST]}" if failed else ""),
        order=(1, call.pk),
        state=State.FAILED if failed else State.DONE,
        about=call.subject,
        thing=Thing(model="sessions_app.rtccall", pk=str(call.pk), name="RTC call"),
    )
