"""The analytics events that were delivered."""

from __future__ import annotations

from django.db import models

from livestream.fields import ObjectIdField


class TrackedEvent(models.Model):
    """One analytics event that was delivered, so that a replay does not count it again.

    `claim` is of the call that stored it: of two at once, each sees whether it was the one.
    """

    insert_id = models.CharField(primary_key=True, max_length=200)
    claim = ObjectIdField()
    tracked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.insert_id
