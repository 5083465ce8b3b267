"""Sweeps of notifications: tables that are their own queues, and for which a worker may have to be woken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from livestream import clock, ids
from livestream.outbox import Delivery, enqueue, pending_keys, pending_messages, sweep, sweep_transaction
from livestream.storage.purging import purge_in_chunks
from notifications import audience_selectors, selectors
from notifications.services import admission, audiences, classifying, crowds, processing, retention, sending

_SUBJECTS_AT_ONCE = 100
# After this long, a webhook gets another message: its worker may have been killed and still hold the lease.
_LATE = timedelta(seconds=3)


@sweep(every=0.1)
def wake_sender() -> None:
    """Have waiting pushes sent."""
    if selectors.waiting_pushes().exists() and _is_idle(sending.send_pushes, key="queue"):
        with sweep_transaction():
            enqueue(sending.send_pushes, Delivery(key="queue", pending="keep"))


@sweep(every=0.25)
def wake_stage_processors() -> None:
    """Have due webhooks about stages and streamers processed if they have no message, or its worker was killed."""
    now = clock.now()
    classifying.classify_waiting(now=now)
    keys = {
        subject_id: (subject_id, f"{subject_id}:late") if now - since > _LATE else (subject_id,)
        for subject_id, since in selectors.subjects_due(now=now, limit=_SUBJECTS_AT_ONCE)
    }
    waiting = pending_keys(processing.process_stage, among=[key for each in keys.values() for key in each])
    for subject_id, possible in keys.items():
        free = [key for key in possible if key not in waiting]
        if free:
            with sweep_transaction():
                delivery = Delivery(key=free[0], pending="keep", subject=subject_id)
                enqueue(processing.process_stage, delivery, subject_id=subject_id)


@sweep(every=0.1)
def wake_audience_processors() -> None:
    """Have webhooks about audiences processed, by one worker for each waiting page, up to a limit."""
    for lane in range(crowds.lanes_wanted(now=clock.now())):
        if _is_idle(crowds.process_audience, key=str(lane)):
            with sweep_transaction():
                enqueue(crowds.process_audience, Delivery(key=str(lane), pending="keep"), lane=lane)


@sweep(every=0.1)
def wake_stream_senders() -> None:
    """Have the waiting viewers of each audience notified."""
    for audience_id in audience_selectors.audiences_to_notify():
        if _is_idle(admission.send_stream_authorized, key=audience_id):
            with sweep_transaction():
                delivery = Delivery(key=audience_id, pending="keep")
                enqueue(admission.send_stream_authorized, delivery, audience_id=audience_id)


@sweep(every=0.5)
def enqueue_missing_audiences() -> None:
    """Have an audience created each time the streamer comes on stage, and for viewers who joined a private show."""
    begun = [(goal_id, since.isoformat()) for goal_id, since in audience_selectors.begun_without_audience()]
    joined = [(goal_id, "joined") for goal_id in audience_selectors.joined_privately()]
    for goal_id, moment in begun + joined:
        key = f"{goal_id}:{moment}"
        if _is_idle(audiences.push_stream_authorized, key=key):
            with sweep_transaction():
                enqueue(
                    audiences.push_stream_authorized,
                    Delivery(key=key, pending="keep"),
                    goal_id=goal_id,
                    event_id=ids.new_id(),
                )


@sweep(every=60)
def purge_old_rows() -> None:
    """Purge a few chunks of old rows, so few that other sweeps are not delayed."""
    for purge in (retention.purge_pushes, retention.purge_webhooks, retention.purge_audiences):
        purge_in_chunks(purge=purge, chunk_size=retention.CHUNK_SIZE, now=clock.now())


def _is_idle(task: Callable[..., object], *, key: str) -> bool:
    """Return whether no message of the task waits or runs with this key; one that failed keeps its own pause."""
    return not pending_messages(task, key=key).exists()
