"""The append-only log of events, and the runs of their effect receivers."""

from __future__ import annotations

from typing import Any

from django.db import models

from livestream.fields import ObjectIdField

_LATEST_TRANSACTION = (
    "(GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1))"
)


class EventEpoch(models.Model):
    """A time during which PostgreSQL has numbered transactions without starting again; the newest one is current.

    A server into which a backup is restored counts from a number of its own. With a new epoch, events are
    numbered from `base` on, above all that are logged, and cursors of the epoch before are refused. Without
    a row, the epoch is the first one, and its base is 0.
    """

    number = models.BigAutoField(primary_key=True)
    # At random: two restores of one backup are different epochs.
    name = models.CharField(max_length=8, unique=True)
    base = models.BigIntegerField()
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class CurrentTransaction(models.Func):
    """The number of the running transaction, or of a later one that is over already.

    So a transaction that waited for a lock has a higher number than the one that held it, even
    where it began earlier. SQLite, with one writer at a time, needs no numbers.
    Migration 0011 replaces this default by the function `livestream_event_transaction`, which adds the base
    of the epoch.
    """

    template = "0"
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=_LATEST_TRANSACTION, **context)


class EventRecord(models.Model):
    """One published event; the database refuses to change or delete it.

    `position` orders the log: two events of one goal are written under that goal's lock,
    so their positions never contradict what happened. Across goals a lower position may become
    visible later than a higher one. A reader that continues from a cursor orders by `transaction`
    and stops before the open ones, which cannot get events with a lower number.
    """

    position = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    event_id = ObjectIdField(unique=True)
    name = models.CharField(max_length=64)
    payload = models.JSONField()
    goal_id = ObjectIdField(null=True)
    session_id = ObjectIdField(null=True)
    user_id = ObjectIdField(null=True)
    escrow_id = models.CharField(max_length=64, null=True)
    triggerer = models.CharField(max_length=128, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["goal_id", "position"]),
            models.Index(fields=["session_id", "position"]),
            models.Index(fields=["escrow_id", "transaction", "position"]),
            models.Index(fields=["user_id", "transaction", "position"]),
            models.Index(fields=["name", "position"]),
            models.Index(fields=["transaction", "position"], name="event_in_order"),
            models.Index(fields=["occurred_at"], name="event_by_age"),
        ]
        permissions = [("replay_eventrecord", "Can replay an event")]

    def __str__(self) -> str:
        return f"{self.name} #{self.position}"


class ReceiverRun(models.Model):
    """One run of one effect receiver on the event at `position` of the log, to its end.

    It commits with the effects of the receiver. A replay is one more row. `attempts` counts this
    attempt and the failed ones before it. A run that failed is still an outbox message.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField()
    receiver = models.CharField(max_length=100)
    attempts = models.PositiveIntegerField()
    finished_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["position"], name="receiver_run_of_event")]

    def __str__(self) -> str:
        return f"{self.receiver} on #{self.position}"
