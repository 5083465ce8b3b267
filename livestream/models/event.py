"""The append-only log of what happened."""

from __future__ import annotations

from typing import Any

from django.db import models

from livestream.fields import ObjectIdField

_LATEST_TRANSACTION = (
    "(GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1))"
)


class CurrentTransaction(models.Func):
    """The number of the running transaction, or of a later one that is over already.

    So whoever had to wait for another's lock is numbered after them, even where it began
    earlier. SQLite, with one writer at a time, needs no numbers.
    """

    template = "0"
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=_LATEST_TRANSACTION, **context)


class EventRecord(models.Model):
    """One published event, as it was; the database refuses to change or delete it.

    `position` orders the log: two events of one goal are written under that goal's lock,
    so their positions never contradict what happened. Across goals a lower position may become
    visible later than a higher one; whoever reads on from a cursor orders by `transaction` and
    stops before those that are still open: no event of an open one can have a lower number.
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
            models.Index(fields=["occurred_at"], name="event_by_age"),
        ]
        permissions = [("replay_eventrecord", "Can replay an event")]

    def __str__(self) -> str:
        return f"{self.name} #{self.position}"
