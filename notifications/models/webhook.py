"""The inbox: what Pusher has reported, stored before it is processed (seed 002)."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q


class Webhook(models.Model):
    """One event of one webhook; `body_hash` and `index` make a repeat the same row.

    Pusher gives its events neither an id nor a time of their own: `time_ms` is when the
    webhook was made, and is what counts, not `received_at`.
    """

    class Result(models.TextChoices):
        PUBLISHED = "published"
        IGNORED = "ignored"

    id = models.BigAutoField(primary_key=True)
    body_hash = models.CharField(max_length=64)
    index = models.PositiveSmallIntegerField()
    time_ms = models.BigIntegerField()
    name = models.CharField(max_length=200)
    channel = models.CharField(max_length=200, blank=True)
    user_id = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=200)
    raw = models.JSONField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=9, choices=Result.choices, blank=True)
    retry_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body_hash", "index"], name="webhook_once"),
        ]
        indexes = [
            models.Index(fields=["time_ms", "id"], condition=Q(processed_at=None), name="webhook_queue"),
            models.Index(fields=["channel", "time_ms"], name="webhook_of_channel"),
            models.Index(fields=["received_at"], name="webhook_received"),
            models.Index(fields=["name", "id"], name="webhook_of_type"),
            models.Index(fields=["result", "id"], name="webhook_by_result"),
            models.Index(fields=["user_id", "id"], name="webhook_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.channel} #{self.pk}"

    @property
    def event_id(self) -> str:
        """The id of the event that this webhook is published as.

        It follows from what was sent, so the log can hold it only once, and a replay finds it.
        """
        told = hashlib.sha256(f"{self.body_hash}:{self.index}".encode()).hexdigest()
        return f"{self.time_ms // 1000 & 0xFFFFFFFF:08x}{told[:16]}"
