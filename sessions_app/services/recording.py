"""Bringing the vendor to what is wanted of a show's recording (spec section 7).

No transaction is open while the vendor is asked. What is about to be asked is noted before, so
that whatever may have been started is also stopped, whoever dies in between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

from livestream.outbox import Delivery, Pending, enqueue, external
from livestream.storage.conflicts import retried
from sessions_app import selectors
from sessions_app.models import Recording, Source
from sessions_app.rtc.contract import IDLE_SECONDS, Refused, RtcProvider
from sessions_app.rtc.providers import get_provider
from sessions_app.services import recording_rows, rtc_calls

START, STOP = "StartRecord", "StopRecord"
STARTED, STOPPED = Recording.Wanted.STARTED, Recording.Wanted.STOPPED

# How long a call whose answer was lost may still be under way to the vendor.
SETTLING = timedelta(seconds=60)


@external(name=START, subject="goal_id")
def start_record(now: datetime, *, goal_id: str, session_id: str, streamer_id: str) -> None:
    """Start recording, where that is still wanted; raises Unavailable, to be tried again.

    The provider is told to stop by itself when the longest time the show may take is over.
    """
    wish = recording_rows.new_wish(goal_id=goal_id, session_id=session_id, streamer_id=streamer_id, now=now)
    provider = get_provider()
    begun = _begin(wish, provider, now)
    if begun is None:
        return
    recording, unsure_before = begun
    try:
        rtc_calls.make_call(
            action=START,
            provider=provider,
            ask=provider.start_record,
            subject=goal_id,
            now=now,
            room_id=recording.room_id,
            task_id=goal_id,
            max_seconds=_seconds_left(recording, now),
            idle_seconds=_idle_seconds(),
        )
    except Refused as error:
        rtc_calls.note_refusal(action=START, subject=goal_id, error=error)
        _refused(recording, unsure_before, error, now)
    else:
        _started(recording, unsure_before, now)


@external(name=STOP, subject="goal_id")
def stop_record(now: datetime, *, goal_id: str, session_id: str, streamer_id: str) -> None:
    """Stop recording, if it may ever have been started; raises Unavailable, to be tried again."""
    wish = recording_rows.new_wish(goal_id=goal_id, session_id=session_id, streamer_id=streamer_id, now=now)
    recording = _to_stop(wish, now)
    if recording is None:
        return
    provider = get_provider()
    try:
        rtc_calls.make_call(
            action=STOP,
            provider=provider,
            ask=provider.stop_record,
            subject=goal_id,
            now=now,
            room_id=recording.room_id,
            task_id=goal_id,
        )
    except Refused as error:
        rtc_calls.note_refusal(action=STOP, subject=goal_id, error=error)
        Recording.objects.filter(pk=goal_id).update(refused_at=now, closed_at=now, note=str(error))
    else:
        _stopped(recording, now)


class RecordTask(Protocol):
    """A task that starts or stops the recording of a show."""

    def __call__(self, now: datetime, *, goal_id: str, session_id: str, streamer_id: str) -> None: ...


def ask_for(*, task: RecordTask, of: Recording, pending: Pending = "touch", eta: datetime | None = None) -> None:
    """Store a call that starts or stops a recording; `pending` and `eta` as in `Delivery`."""
    enqueue(
        task,
        Delivery(key=of.goal_id, pending=pending, eta=eta),
        goal_id=of.goal_id,
        session_id=of.session_id,
        streamer_id=of.streamer_id,
    )


@retried
def _begin(wish: Recording, provider: RtcProvider, now: datetime) -> tuple[Recording, datetime | None] | None:
    """Note that the provider is about to be asked; None where nothing is to be started.

    Returns the recording, and until when earlier calls may still act.
    """
    with transaction.atomic():
        recording = recording_rows.lock(wish=wish)
        if not _is_to_start(recording, now):
            return None
        if selectors.first_source_of(user_id=recording.streamer_id, provider=Source.BYTEPLUS) is None:
            recording_rows.save(recording, closed_at=now, note="The streamer has no BytePlus source.")
            return None
        unsure_before = recording.unsure_until
        session = selectors.find_session(session_id=recording.session_id)
        recording_rows.save(
            recording,
            room_id=recording.room_id or selectors.room_of(session=session, goal_id=recording.goal_id),
            provider=provider.name,
            asked_at=recording.asked_at or now,
            unsure_until=now + SETTLING,
        )
        return recording, unsure_before


def _is_to_start(recording: Recording, now: datetime) -> bool:
    if recording.wanted == STOPPED or recording.started_at or recording.refused_at or recording.closed_at:
        return False
    # What an earlier release stored may be older than the end of its show, and come before it.
    return not selectors.goal_has_ended(goal_id=recording.goal_id) and _seconds_left(recording, now) > 0


@retried
def _started(asked: Recording, unsure_before: datetime | None, now: datetime) -> None:
    """Keep that it runs; a stop that was wanted meanwhile is made to come after it."""
    with transaction.atomic():
        recording = recording_rows.lock(wish=asked)
        known: dict[str, Any] = {"started_at": now, **_sure_again(recording, asked, unsure_before)}
        if recording.wanted == STOPPED:
            known |= {"stopped_at": None, "closed_at": None}
            ask_for(task=stop_record, of=recording, pending="replace")
        recording_rows.save(recording, **known)


@retried
def _refused(asked: Recording, unsure_before: datetime | None, error: Refused, now: datetime) -> None:
    """Keep that it never will run, unless an earlier call started it and its answer was lost."""
    with transaction.atomic():
        recording = recording_rows.lock(wish=asked)
        known = {"refused_at": now, "note": str(error), **_sure_again(recording, asked, unsure_before)}
        if unsure_before is None:
            known["closed_at"] = now
        recording_rows.save(recording, **known)


def _sure_again(recording: Recording, asked: Recording, unsure_before: datetime | None) -> dict[str, Any]:
    # Unless another call began meanwhile, only those before this one may still act.
    return {"unsure_until": unsure_before} if recording.unsure_until == asked.unsure_until else {}


@retried
def _to_stop(wish: Recording, now: datetime) -> Recording | None:
    """Return the recording that the provider is to stop, or None."""
    with transaction.atomic():
        recording = recording_rows.lock(wish=wish)
        never_asked = recording.asked_at is None and recording.closed_at is None
        known: dict[str, Any] = {"wanted": STOPPED}
        if never_asked:
            known |= {"closed_at": now, "note": "The show was over before the provider was asked."}
        recording_rows.save(recording, **known)
        return recording if recording.closed_at is None else None


@retried
def _stopped(asked: Recording, now: datetime) -> None:
    """Keep that it is stopped; where a lost call may start it yet, it is stopped once more."""
    with transaction.atomic():
        recording = recording_rows.lock(wish=asked)
        sure_at = recording.unsure_until
        if sure_at is None or sure_at <= now:
            recording_rows.save(recording, stopped_at=now, closed_at=now)
        else:
            recording_rows.save(recording, stopped_at=now)
            ask_for(task=stop_record, of=recording, pending="replace", eta=sure_at)


def _seconds_left(recording: Recording, now: datetime) -> int:
    return int((recording.until - now).total_seconds())


def _idle_seconds() -> int:
    """Return how long a show may wait for its streamer, as far as the vendor waits for one."""
    lowest, highest = IDLE_SECONDS
    return min(max(settings.SHOW_MAX_WAIT, lowest), highest)
