"""Who is admitted to a running show: each viewer once, every time that it begins."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from livestream.fields import ObjectIdField


class Audience(models.Model):
    """The viewers who may watch a goal from one moment on: its start, or the streamer's arrival on stage.

    `since` is that beginning, and `data` what all of them are told; each one's tokens are made
    when they are sent, and kept nowhere. Until `walked_at` the payers of `escrow_id` are gone
    through in the order of their ids, so far up to `walked_upto`. After `closed_at` nobody is
    told any more: the goal has ended, or has begun again. `subject` is what the page of support
    finds it by: the goal whose event it was, which for a 1-on-1 is its invitation.
    """

    id = ObjectIdField(primary_key=True)
    goal_id = ObjectIdField()
    subject = models.CharField(max_length=64)
    event_id = ObjectIdField()
    escrow_id = models.CharField(max_length=64)
    since = models.DateTimeField()
    exp = models.DateTimeField(null=True)
    data = models.JSONField(default=dict)
    walked_upto = models.CharField(max_length=24, blank=True)
    walked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goal_id", "since"], name="audience_one_a_beginning"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(closed_at=None, walked_at=None), name="audience_queue"),
            models.Index(fields=["subject", "id"], name="audience_of_subject"),
            models.Index(fields=["event_id"], name="audience_of_event"),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} since {self.since:%Y-%m-%d %H:%M:%S}"


class Admission(models.Model):
    """One viewer of an audience; notified at `told_at` that they may watch until `exp`.

    A row that is neither notified nor failed belongs to a viewer who paid late, and waits.
    """

    audience = models.ForeignKey(Audience, models.CASCADE, related_name="admissions", db_index=False)
    viewer_id = ObjectIdField()
    told_at = models.DateTimeField(null=True)
    exp = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    provider = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audience", "viewer_id"], name="admission_once"),
        ]
        indexes = [
            models.Index(
                fields=["audience", "viewer_id"], condition=Q(told_at=None, failed_at=None), name="admission_queue"
            ),
            models.Index(fields=["viewer_id", "id"], name="admission_of_viewer"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} to {self.audience_id}"
