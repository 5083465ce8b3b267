"""The outbox: work that is stored and not done yet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from livestream import ids
from livestream.fields import ObjectIdField


class OutboxMessage(models.Model):
    """One piece of work to do at `eta`; its row is deleted when it is done.

    It may be claimed from `due_at` on. This is `eta` for later work, slightly before `eta` for work that was
    due when it was stored, and after a failure the end of the pause. While it runs, nobody else claims it
    before `running_until`. `key` is unique among the waiting messages of a task; while a message runs, its key
    is in `claimed_key`. `attempts` counts the attempts that have begun.

    Claiming a message without a key changes no indexed column, and so adds no entry to any index.
    """

    id = ObjectIdField(primary_key=True)
    actor = models.CharField(max_length=200)
    urgency = models.PositiveSmallIntegerField(db_default=1)
    kwargs = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True)
    claimed_key = models.CharField(max_length=200, null=True)
    subject = models.CharField(max_length=64, blank=True, db_index=True)
    # Workers of the previous release compare it, to see whether a key was enqueued again while they ran its task.
    version = ObjectIdField(default=ids.new_id, db_default="")
    eta = models.DateTimeField()
    due_at = models.DateTimeField()
    running_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    client_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="outbox_one_pending_a_key"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(failed_at=None), name="outbox_due"),
            models.Index(fields=["urgency", "due_at"], condition=Q(failed_at=None), name="outbox_claimable"),
            models.Index(fields=["claimed_key"], condition=Q(claimed_key__isnull=False), name="outbox_claimed"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="outbox_dead"),
            models.Index(fields=["due_at"], condition=Q(failed_at=None) & ~Q(error=""), name="outbox_failing"),
        ]
        permissions = [("retry_outboxmessage", "Can retry a task")]

    def __str__(self) -> str:
        return f"{self.actor} {self.id}"
