"""The inbox: what Pusher has reported, stored before it is processed (seed 002)."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q

# Pusher sends these for each channel, and not for each member.
RARE = ("channel_occupied", "channel_vacated")


def event_id_of(*, body_hash: str, index: int, time_ms: int) -> str:
    """Return the id of the event that a webhook is published as.

    It is derived from the webhook, so the log can contain it only once, and a replay finds it.
    """
    told = hashlib.sha256(f"{body_hash}:{index}".encode()).hexdigest()
    return f"{time_ms // 1000 & 0xFFFFFFFF:08x}{told[:16]}"


class Webhook(models.Model):
    """One event of one webhook; `body_hash` and `index` make a repeat the same row.

    Pusher gives its events neither an id nor a time of their own: `time_ms` is when the
    webhook was made, and is what counts, not `received_at`.

    `subject_id` is the goal of a stage, otherwise the streamer, and `is_stage` is whether the streamer
    may have come or gone. Both are set when a row is accepted. Rows of an earlier release have
    `is_stage` and no subject until `classifying` sets them.
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
    is_stage = models.BooleanField(db_default=True)
    subject_id = models.CharField(max_length=24, blank=True, db_default="")
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
            # Waiting webhooks: all of them, mostly about audiences, and the few about each stage.
            models.Index(fields=["time_ms", "id"], condition=Q(processed_at=None), name="webhook_queue"),
            models.Index(
                fields=["subject_id", "time_ms", "id"],
                condition=Q(processed_at=None, is_stage=True),
                name="webhook_stage_queue",
            ),
            models.Index(fields=["subject_id", "time_ms"], condition=Q(is_stage=True), name="webhook_of_stage"),
            models.Index(fields=["channel", "time_ms"], name="webhook_of_channel"),
            models.Index(fields=["received_at"], name="webhook_received"),
            # For support's filters on rare values; common values need no index.
            models.Index(fields=["name", "id"], condition=Q(name__in=RARE), name="webhook_of_rare_type"),
            models.Index(fields=["id"], condition=Q(result="ignored"), name="webhook_ignored"),
            models.Index(fields=["user_id", "id"], name="webhook_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.channel} #{self.pk}"

    @property
    def event_id(self) -> str:
        """The id of the event that this webhook is published as, see `event_id_of`."""
        return event_id_of(body_hash=self.body_hash, index=self.index, time_ms=self.time_ms)
