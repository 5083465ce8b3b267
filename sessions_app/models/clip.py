"""The post of a completed show, and the clip in it (seed 002)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from livestream.fields import ObjectIdField
from sessions_app.models.session import Session


class Asset(models.Model):
    """A clip: what it is to be made from, and where it lies once it is made.

    `duration` is seconds: those that are wanted, and once it is ready those that it has. It
    begins `rewind_seconds` before `completed_at`. `metadata` are the seed's: its source, and
    which post claims it. `storage_name` is its name in the quarantine storage.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        FAILED = "failed"

    id = ObjectIdField(primary_key=True)
    session = models.ForeignKey(Session, models.PROTECT, related_name="assets")
    content_type = models.CharField(max_length=100, default="video/mp4")
    duration = models.FloatField()
    rewind_seconds = models.PositiveIntegerField()
    completed_at = models.DateTimeField()
    metadata = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State.choices, default=State.PENDING)
    storage_name = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="asset_by_state")]

    def __str__(self) -> str:
        return f"clip {self.id}"


class Post(models.Model):
    """A post of a streamer; there is one for each completed show, identified by its goal.

    It is a draft, by its tag, until its clip is ready; `reason` says what stands in the way.
    """

    DRAFTS = "drafts"

    id = ObjectIdField(primary_key=True)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    goal_id = ObjectIdField(unique=True)
    asset = models.OneToOneField(Asset, models.PROTECT, related_name="post")
    caption = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at", "id"], name="post_by_age")]
        permissions = [("retry_clip", "Can have a clip cut again")]

    def __str__(self) -> str:
        return f"post {self.id}"

    @property
    def is_draft(self) -> bool:
        """Whether the post is not to be shown yet."""
        return self.DRAFTS in self.tags
