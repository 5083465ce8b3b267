"""The stored feed."""

from __future__ import annotations

from django.db import models

from livestream.fields import ObjectIdField
from sessions_app.models.session import Session


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
