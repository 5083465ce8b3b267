"""What sessions add to a story: when the session took place, its recordings and its clips."""

from __future__ import annotations

from datetime import datetime

from livestream.desk.redaction import redacted
from livestream.story import Entry, Kind, RowRef, Section, State, Subject, Window, buckets, timeline_section
from sessions_app.models import Asset, Post, Recording, RtcCall, Session

_CLIP_STATES = {Asset.State.READY: State.DONE, Asset.State.PENDING: State.WAITING, Asset.State.FAILED: State.FAILED}
_TITLES = {"created": "Session opened", "started": "Session went live", "ended": "Session ended"}
_MAX_LENGTH = 200


@timeline_section(order=55)
def clips_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the posts of the goals, each with the state of its clip and the reason why it is not ready."""
    posts = Post.objects.filter(goal_id__in=subject.goal_ids).select_related("asset")
    return Section(entries=[_clip(post) for post in posts.order_by("id")])


def _clip(post: Post) -> Entry:
    reason = f": {redacted(post.reason)}" if post.reason else ""
    return Entry(
        at=post.created_at,
        until=post.asset.ready_at,
        kind=Kind.SESSION,
        title="Clip of the show",
        detail=f"{post.asset.state}, {'a draft' if post.is_draft else 'to be shown'}{reason}",
        order=(post.id,),
        state=_CLIP_STATES[Asset.State(post.asset.state)],
        about=post.goal_id,
        ref=RowRef(model="sessions_app.post", pk=post.id, name="post"),
    )


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
    parts = f", in {recording.part} parts" if recording.part > 1 else ""
    return Entry(
        at=recording.created_at,
        until=recording.closed_at,
        kind=Kind.SESSION,
        title=f"Recording: {recording.state}",
        detail=f"room {recording.room_id or 'not known yet'}{parts}{note}",
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


@timeline_section(order=0)
def session_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List when the session of the goals was opened, went live and ended."""
    session = Session.objects.filter(pk=subject.session_id).first() if subject.session_id else None
    if session is None:
        return Section()
    ref = RowRef(model="sessions_app.session", pk=session.id, name="session")
    return Section(
        entries=[
            Entry(at=at, kind=Kind.SESSION, title=_TITLES[status], order=(order,), ref=ref)
            for order, (status, at) in enumerate(session.statuses.items())
            if at is not None
        ]
    )
