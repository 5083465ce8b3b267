"""Pushes to clients: the queue of what is to be sent, and the log of what was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from livestream.fields import ObjectIdField

_WAITING = Q(sent_at=None, failed_at=None)


class Push(models.Model):
    """One event for up to 100 channels, which all hear the same `data`.

    The unsent rows are the queue, in the order of their ids. `event_id` is also in the data:
    delivery happens at least once, and it is how a client knows a repeat, channel by channel.
    `bulk` rows, such as a hundred thousand refunds, let what is happening now go first.
    """

    id = models.BigAutoField(primary_key=True)
    channels = models.JSONField()
    event = models.CharField(max_length=64)
    data = models.JSONField()
    subject = models.CharField(max_length=64, blank=True)
    event_id = ObjectIdField()
    bulk = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    provider = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name_plural = "pushes"
        indexes = [
            models.Index(fields=["bulk", "id"], condition=_WAITING, name="push_queue"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="push_failed"),
            models.Index(fields=["subject", "id"], name="push_of_subject"),
            models.Index(fields=["event_id"], name="push_of_event"),
            models.Index(fields=["sent_at"], name="push_sent"),
            models.Index(fields=["created_at"], name="push_by_age"),
            models.Index(fields=["event", "id"], name="push_of_type"),
        ]

    def __str__(self) -> str:
        return f"{self.event} #{self.pk}"
