"""The recording of a show: what is requested of the RTC provider, and what is known of it (spec section 7).

A request is a row that changes in the transaction that follows the show. The calls to the provider
run later and outside of any transaction, and each reads the row first. So it does not matter in
which order the calls run, how often, or which of their answers are lost. A call is noted before it
is made, so that whatever may have been started is also stopped, even if the worker dies in between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

from livestream.events.contracts import GoalEvent
from livestream.outbox import Delivery, Pending, Urgency, enqueue, external
from livestream.storage.conflicts import retried
from sessions_app import selectors
from sessions_app.models import Recording, Source
from sessions_app.rtc.contract import IDLE_SECONDS, Refused, RtcProvider
from sessions_app.rtc.providers import get_provider
from sessions_app.services import rtc_calls

START, STOP = "StartRecord", "StopRecord"
STARTED, STOPPED = Recording.Wanted.STARTED, Recording.Wanted.STOPPED

# How long a call whose answer was lost may still take effect at the provider.
SETTLING = timedelta(seconds=60)
# A paused show ends after SHOW_MAX_WAIT; its recording must not end before that.
IDLE_MARGIN = 300


def request_start(*, event: GoalEvent, now: datetime) -> None:
    """Request the recording of a show, once; part of the caller's transaction."""
    recording = _new(goal_id=event.goal_id, session_id=event.session_id, streamer_id=event.streamer_id, now=now)
    _insert(recording)
    _enqueue(start_record, recording)


def request_stop(*, event: GoalEvent, now: datetime) -> None:
    """Request that the recording of a show is stopped, which is final; part of the caller's transaction."""
    recording = _new(goal_id=event.goal_id, session_id=event.session_id, streamer_id=event.streamer_id, now=now)
    _insert(recording)
    Recording.objects.filter(pk=event.goal_id).update(wanted=STOPPED)
    _enqueue(stop_record, recording)


def reconcile(*, now: datetime) -> None:
    """Repeat unfulfilled requests, start the next parts of recordings, and close those beyond their limit.

    The outbox tries for a quarter of an hour; a provider may be unavailable for longer than that.
    """
    Recording.objects.filter(closed_at=None, until__lte=now).update(closed_at=now)
    behind = selectors.recordings_behind(now=now)
    if behind:
        with transaction.atomic():
            for each in behind:
                _enqueue(start_record if each.wanted == STARTED else stop_record, each, pending="keep")


@external(name=START, urgency=Urgency.LIFECYCLE, subject="goal_id")
def start_record(now: datetime, *, goal_id: str, session_id: str, streamer_id: str) -> None:
    """Start recording, where that is still wanted; raises Unavailable, to be tried again.

    The provider is given the longest time that the show may take, and stops by itself after it. If that
    is longer than one task can record, `reconcile` starts the next part when this one is over.
    """
    requested = _new(goal_id=goal_id, session_id=session_id, streamer_id=streamer_id, now=now)
    provider = get_provider()
    begun = _begin(requested, provider, now)
    if begun is None:
        return
    recording, unsure_before = begun
    try:
        rtc_calls.make_call(
            action=START,
            provider=provider,
            method=provider.start_record,
            subject=goal_id,
            now=now,
            room_id=recording.room_id,
            task_id=recording.task_id,
            max_seconds=_seconds_left(recording.part_until, now),
            idle_seconds=_idle_seconds(),
        )
    except Refused as error:
        rtc_calls.log_refusal(action=START, subject=goal_id, error=error)
        _refused(recording, unsure_before, error, now)
    else:
        _started(recording, unsure_before, now)


@external(name=STOP, urgency=Urgency.LIFECYCLE, subject="goal_id")
def stop_record(now: datetime, *, goal_id: str, session_id: str, streamer_id: str) -> None:
    """Stop recording, if it may ever have been started; raises Unavailable, to be tried again."""
    requested = _new(goal_id=goal_id, session_id=session_id, streamer_id=streamer_id, now=now)
    recording = _to_stop(requested, now)
    if recording is None:
        return
    provider = get_provider()
    try:
        rtc_calls.make_call(
            action=STOP,
            provider=provider,
            method=provider.stop_record,
            subject=goal_id,
            now=now,
            room_id=recording.room_id,
            task_id=recording.task_id,
        )
    except Refused as error:
        rtc_calls.log_refusal(action=STOP, subject=goal_id, error=error)
        Recording.objects.filter(pk=goal_id).update(refused_at=now, closed_at=now, note=str(error))
    else:
        _stopped(recording, now)


@retried
def _begin(requested: Recording, provider: RtcProvider, now: datetime) -> tuple[Recording, datetime | None] | None:
    """Note that the provider is about to be called; None where nothing is to be started.

    Returns the recording, and until when earlier calls may still take effect.
    """
    with transaction.atomic():
        recording = _lock(requested)
        if not _is_to_start(recording, now):
            return None
        if selectors.first_source_of(user_id=recording.streamer_id, provider=Source.BYTEPLUS) is None:
            _update(recording, closed_at=now, note="The streamer has no BytePlus source.")
            return None
        if _part_is_over(recording, now):
            # Calls for the previous part can no longer have an effect.
            _update(recording, part=recording.part + 1, part_until=None, started_at=None, unsure_until=None)
        unsure_before = recording.unsure_until
        session = selectors.find_session(session_id=recording.session_id)
        longest = now + timedelta(seconds=provider.longest_recording)
        _update(
            recording,
            room_id=recording.room_id or selectors.room_of(session=session, goal_id=recording.goal_id),
            provider=provider.name,
            asked_at=recording.asked_at or now,
            unsure_until=now + SETTLING,
            # A repeat keeps the limit: the first call may have started the part although its answer was lost.
            part_until=recording.part_until or min(recording.until, longest),
        )
        return recording, unsure_before


def _is_to_start(recording: Recording, now: datetime) -> bool:
    if recording.wanted == STOPPED or recording.refused_at or recording.closed_at:
        return False
    if recording.started_at and not _part_is_over(recording, now):
        return False
    # A task that an earlier release stored may run after the end of its show.
    return not selectors.goal_has_ended(goal_id=recording.goal_id) and _seconds_left(recording.until, now) > 0


def _part_is_over(recording: Recording, now: datetime) -> bool:
    return recording.part_until is not None and _seconds_left(recording.part_until, now) <= 0


@retried
def _started(called: Recording, unsure_before: datetime | None, now: datetime) -> None:
    """Note that the recording runs; a stop that was requested meanwhile is stored again, to run after the start."""
    with transaction.atomic():
        recording = _lock(called)
        changes: dict[str, Any] = {"started_at": now, **_sure_again(recording, called, unsure_before)}
        if recording.wanted == STOPPED:
            changes |= {"stopped_at": None, "closed_at": None}
            _enqueue(stop_record, recording, pending="replace")
        _update(recording, **changes)


@retried
def _refused(called: Recording, unsure_before: datetime | None, error: Refused, now: datetime) -> None:
    """Note that the recording will never run, unless an earlier call started it and its answer was lost."""
    with transaction.atomic():
        recording = _lock(called)
        changes = {"refused_at": now, "note": str(error), **_sure_again(recording, called, unsure_before)}
        if unsure_before is None:
            changes["closed_at"] = now
        _update(recording, **changes)


def _sure_again(recording: Recording, called: Recording, unsure_before: datetime | None) -> dict[str, Any]:
    # Unless another call began meanwhile, only the calls before this one may still take effect.
    return {"unsure_until": unsure_before} if recording.unsure_until == called.unsure_until else {}


@retried
def _to_stop(requested: Recording, now: datetime) -> Recording | None:
    """Return the recording that the provider is to stop, or None."""
    with transaction.atomic():
        recording = _lock(requested)
        never_called = recording.asked_at is None and recording.closed_at is None
        changes: dict[str, Any] = {"wanted": STOPPED}
        if never_called:
            changes |= {"closed_at": now, "note": "The show was over before the provider was asked."}
        _update(recording, **changes)
        return recording if recording.closed_at is None else None


@retried
def _stopped(called: Recording, now: datetime) -> None:
    """Note that the recording is stopped; where a lost call may still start it, stop it once more later."""
    with transaction.atomic():
        recording = _lock(called)
        sure_at = recording.unsure_until
        if sure_at is None or sure_at <= now:
            _update(recording, stopped_at=now, closed_at=now)
        else:
            _update(recording, stopped_at=now)
            _enqueue(stop_record, recording, pending="replace", eta=sure_at)


def _seconds_left(until: datetime | None, now: datetime) -> int:
    return int((until - now).total_seconds()) if until else 0


def _idle_seconds() -> int:
    """Return SHOW_MAX_WAIT plus a margin, within the provider's limits (seconds)."""
    lowest, highest = IDLE_SECONDS
    return min(max(settings.SHOW_MAX_WAIT + IDLE_MARGIN, lowest), highest)


class _RecordTask(Protocol):
    """A task that starts or stops the recording of a show."""

    def __call__(self, now: datetime, *, goal_id: str, session_id: str, streamer_id: str) -> None: ...


def _enqueue(task: _RecordTask, of: Recording, *, pending: Pending = "touch", eta: datetime | None = None) -> None:
    enqueue(
        task,
        Delivery(key=of.goal_id, pending=pending, eta=eta),
        goal_id=of.goal_id,
        session_id=of.session_id,
        streamer_id=of.streamer_id,
    )


def _new(*, goal_id: str, session_id: str, streamer_id: str, now: datetime) -> Recording:
    """Return a recording that is not stored yet.

    It may last as long as the show, which may pause any number of times, and outlives its session only
    by the grace.
    """
    until = now + timedelta(seconds=settings.SESSION_MAX_DURATION + settings.SHOW_END_GRACE)
    return Recording(goal_id=goal_id, session_id=session_id, streamer_id=streamer_id, created_at=now, until=until)


def _insert(recording: Recording) -> None:
    """Store a recording, unless its show has one."""
    Recording.objects.bulk_create([recording], ignore_conflicts=True)


def _lock(recording: Recording) -> Recording:
    """Lock the stored row of a recording; where an earlier release stored none, it is stored first."""
    rows = Recording.objects.select_for_update().filter(pk=recording.pk)
    stored = rows.first()
    if stored is None:
        _insert(recording)
        stored = rows.get()
    return stored


def _update(recording: Recording, **changes: Any) -> None:
    """Save these columns of a locked recording."""
    for name, value in changes.items():
        setattr(recording, name, value)
    recording.save(update_fields=list(changes))
