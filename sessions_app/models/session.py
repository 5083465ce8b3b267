"""One broadcast of one streamer."""

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
