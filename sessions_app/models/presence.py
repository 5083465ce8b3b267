"""Whether a streamer's own client is there."""

from __future__ import annotations

from django.conf import settings
from django.db import models


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
