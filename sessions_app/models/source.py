"""Where a streamer's picture and sound come from."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from livestream.fields import ObjectIdField


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
