"""A streamer's broadcast: its sources, its sessions, whether the streamer is online, and the feed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from livestream.fields import ObjectIdField
from sessions_app import rules


class Session(models.Model):
    """A broadcast, from its opening until it ends; each streamer has at most one active.

    `prices` are coins a minute by quality (`sd`, `exclusive`); one that is absent is not
    offered. `started_at` is when it went live, which may be never.
    """

    class Preset(models.TextChoices):
        PUBLIC = "public"
        PRIVATE = "private"
        EXCLUSIVE = "exclusive"

    id = ObjectIdField(primary_key=True)
    streamer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sessions", db_index=False)
    title = models.CharField(max_length=200, blank=True)
    preset = models.CharField(max_length=9, choices=Preset.choices, default=Preset.PUBLIC)
    prices = models.JSONField(default=dict, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["streamer"], condition=Q(active=True), name="session_one_active"),
            models.CheckConstraint(
                condition=Q(active=True, ended_at=None) | Q(active=False, ended_at__isnull=False),
                name="session_ended_once",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="session_by_age"),
            models.Index(fields=["active", "created_at", "id"], name="session_live"),
            models.Index(fields=["streamer", "created_at", "id"], name="session_of_streamer"),
        ]

    def __str__(self) -> str:
        return self.title or self.id

    @property
    def statuses(self) -> dict[str, datetime | None]:
        """When the session was created, started and ended, under the names of the seeds."""
        return {"created": self.created_at, "started": self.started_at, "ended": self.ended_at}

    def get_price(self, quality: str, duration: int = 60) -> int | None:
        """Return the coins for `duration` seconds, or None where `quality` is not offered."""
        rate = self.prices.get(quality)
        return None if rate is None else rules.price_of(rate=rate, duration=duration)


class SessionVersion(models.Model):
    """The version of what a session shows, including its goals' entries; it only grows.

    It is a separate table, because goals change it while they are locked, and the session's own row
    must be locked before any goal.
    """

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="shown_version")
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"version {self.version} of {self.session_id}"


class Source(models.Model):
    """One way in which a streamer broadcasts; several a streamer.

    `metadata` is what the provider knows it by: `provider` again, `room_id`, and whatever
    else that provider needs. `playback_url` is where clips are cut from: the web address of
    an HLS playlist or of a file, or the name of either below CLIP_SOURCE_FOLDER.
    """

    BYTEPLUS = "byteplus"

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sources", db_index=False)
    provider = models.CharField(max_length=32)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "provider", "id"], name="source_of_user")]

    def __str__(self) -> str:
        return f"{self.provider} {self.id}"


class StreamerPresence(models.Model):
    """The newest that is known of a streamer on their own stream channel.

    Webhooks come late and out of order: only one that is newer than `changed_at` counts, and in
    the same millisecond one that was stored later than `source`.
    """

    streamer = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="stream_presence"
    )
    online = models.BooleanField()
    changed_at = models.DateTimeField()
    source = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.streamer_id} {'online' if self.online else 'offline'}"


class FeedEntry(models.Model):
    """One live session in the feed, and the ids of the goals it had when that last changed.

    What those goals look like by now, and whether they are still current, is read with them.
    """

    id = ObjectIdField(primary_key=True)
    session = models.OneToOneField(Session, models.CASCADE, related_name="feed_entry")
    started_at = models.DateTimeField()
    goal_ids = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "feed entries"
        indexes = [models.Index(fields=["started_at", "id"], name="feed_by_start")]

    def __str__(self) -> str:
        return f"feed entry of {self.session_id}"
