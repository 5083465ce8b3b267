"""Queries of notifications: what waits to be sent or processed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum

from goals.models import Goal
from livestream import cached_views
from livestream.models import ViewVersion
from livestream.storage.compiled import CompiledQuery
from notifications.models import Push, Webhook
from notifications.models.webhook import event_id_of
from sessions_app.models import Session


@dataclass(frozen=True, slots=True)
class Accepted:
    """The columns of a webhook that processing needs; a thousand of these are cheap to read."""

    id: int
    body_hash: str
    index: int
    time_ms: int
    name: str
    channel: str
    user_id: str
    received_at: datetime

    @property
    def event_id(self) -> str:
        """The id of the event that the webhook is published as, see `event_id_of`."""
        return event_id_of(body_hash=self.body_hash, index=self.index, time_ms=self.time_ms)


def waiting_pushes() -> QuerySet[Push]:
    """Return the pushes to send, in order: what is happening now, then the bulk."""
    return Push.objects.filter(sent_at=None, failed_at=None).order_by("bulk", "id")


@dataclass(frozen=True, slots=True)
class SnapshotVersion:
    """The version of what a streamer's channels show: a number that only grows in a session, and a key to cache under.

    Both change with each change of the session and its goals, in the same commit. So a snapshot that is
    cached under the key is never older than the database, even if the receivers that invalidate it run late.
    """

    number: int
    key: str


def version_of_snapshots(*, streamer_id: str) -> SnapshotVersion | None:
    """Return the version of the snapshots of a streamer; None without an active session."""
    found = _SNAPSHOTS.first(streamer_id=streamer_id, view=cached_views.channels_of(streamer_id))
    if found is None:
        return None
    _, of_session, of_goals, _ = found
    return SnapshotVersion((of_session or 0) + (of_goals or 0), ":".join(str(part) for part in found))


def _versions_of_snapshots(streamer_id: str, view: str) -> QuerySet[Session, Any]:
    of_session = Goal.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    changes = Subquery(of_session.annotate(total=Sum("version")).values("total"))
    invalidated = Subquery(ViewVersion.objects.filter(pk=view).values("version"))
    active = Session.objects.filter(streamer_id=streamer_id, active=True)
    return active.values_list("id", "shown_version__version", changes, invalidated)


_SNAPSHOTS: CompiledQuery[Any] = CompiledQuery(_versions_of_snapshots)


def due_webhooks(*, now: datetime) -> QuerySet[Webhook]:
    """Return the webhooks to process, in the order of their own time."""
    ready = Q(retry_at=None) | Q(retry_at__lte=now)
    return Webhook.objects.filter(ready, processed_at=None).order_by("time_ms", "id")


def waiting_on_stages(*, subjects: Collection[str] | None = None) -> QuerySet[Webhook]:
    """Return the waiting webhooks about stages and streamers, of these subjects or of all, by time.

    They include failed ones that wait for their next attempt.
    """
    waiting = Webhook.objects.filter(processed_at=None, is_stage=True).order_by("time_ms", "id")
    return waiting if subjects is None else waiting.filter(subject_id__in=subjects)


def due_of_subject(*, subject_id: str, now: datetime) -> QuerySet[Webhook]:
    """Return the due webhooks about a stage or streamer, in the order of their own time."""
    return due_webhooks(now=now).filter(is_stage=True, subject_id=subject_id)


def subjects_due(*, now: datetime, limit: int) -> list[tuple[str, datetime]]:
    """Return the stages and streamers with due webhooks, and when the first of these was received."""
    due = due_webhooks(now=now).filter(is_stage=True).order_by()
    first = due.values("subject_id").annotate(first=Min("received_at")).order_by("first")
    return list(first.values_list("subject_id", "first")[:limit])


def due_audience(*, now: datetime) -> QuerySet[Webhook]:
    """Return the due webhooks about audiences, in the order of their own time."""
    return due_webhooks(now=now).filter(is_stage=False)


def take_audience(*, now: datetime, limit: int) -> list[Accepted]:
    """Lock and return the next due webhooks about audiences that no other worker has locked."""
    due = due_audience(now=now).select_for_update(of=("self",), skip_locked=True)
    return [Accepted(*row) for row in due.values_list(*Accepted.__slots__)[:limit]]


def take_turn(*, webhook_id: int, now: datetime) -> Webhook | None:
    """Lock and return a due webhook; None if it is being processed or has to wait for an earlier one of its stage.

    An earlier one that has failed delays no other.
    """
    before = Q(time_ms__lt=OuterRef("time_ms")) | Q(time_ms=OuterRef("time_ms"), id__lt=OuterRef("id"))
    earlier = waiting_on_stages().filter(before, subject_id=OuterRef("subject_id"), attempts=0)
    candidates = due_webhooks(now=now).filter(Q(is_stage=False) | ~Exists(earlier), pk=webhook_id)
    return candidates.select_for_update(of=("self",), skip_locked=True).first()
