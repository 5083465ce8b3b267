"""The section of webhooks: who entered and left the stage, as reported by Pusher."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Q

from goals.models import Goal
from livestream.desk.redaction import last_line
from livestream.story import Entry, Kind, RowRef, Section, State, Subject, Window, buckets, timeline_section
from livestream.story.formatting import count, moment
from notifications import channels
from notifications.models import Webhook


@timeline_section(order=15)
def webhooks_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List the webhooks about the goals' stages and their streamers, by Pusher's time."""
    rows = Webhook.objects.filter(_about(subject)).order_by("time_ms", "id")
    if window.start:
        rows = rows.filter(time_ms__gte=_milliseconds(window.start))
    if window.end:
        rows = rows.filter(time_ms__lt=_milliseconds(window.end))
    found = list(rows[: buckets.MOST_LISTED + 1])
    section = Section(omitted="More webhooks follow" if len(found) > buckets.MOST_LISTED else "")
    section.entries = [_entry(webhook) for webhook in found[: buckets.MOST_LISTED]]
    return section


def _about(subject: Subject) -> Q:
    """Return the filter for these webhooks; those about a streamer only from the first goal to the last one's end."""
    stages = [channels.stage(goal_id) for goal_id in subject.goal_ids]
    streamers = Goal.objects.filter(pk__in=subject.goal_ids).values_list("streamer_id", flat=True)
    own = Q(is_stage=True, subject_id__in=list(streamers))
    if subject.began:
        own &= Q(time_ms__gte=_milliseconds(subject.began))
    if subject.ended:
        own &= Q(time_ms__lte=_milliseconds(subject.ended))
    return Q(channel__in=stages) | own


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _entry(webhook: Webhook) -> Entry:
    state, text = _state(webhook)
    return Entry(
        at=datetime.fromtimestamp(webhook.time_ms / 1000, tz=UTC),
        kind=Kind.WEBHOOK,
        title=f"Webhook {webhook.name}",
        detail=f"{webhook.user_id or 'somebody'} on {webhook.channel}; {text}",
        order=(webhook.pk,),
        state=state,
        about=webhook.channel.rpartition("@")[2],
        ref=RowRef(model="notifications.webhook", pk=str(webhook.pk), name="webhook"),
    )


def _state(webhook: Webhook) -> tuple[State, str]:
    if webhook.processed_at:
        return State.DONE, f"{webhook.result} at {moment(webhook.processed_at)}"
    if webhook.attempts:
        tries = count(webhook.attempts, "try", "tries")
        return State.FAILED, f"failing, {tries} so far: {last_line(webhook.error)}"
    return State.WAITING, "waits to be processed"
