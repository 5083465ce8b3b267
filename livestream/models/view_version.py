"""The versions of cached views."""

from __future__ import annotations

from django.db import models

from livestream.fields import ObjectIdField


class ViewVersion(models.Model):
    """The version under which the views called `name` are cached.

    It is kept here rather than in the cache: invalidation commits or rolls back with its
    transaction, reaches every process whatever cache it has, and cannot be evicted.
    """

    name = models.CharField(primary_key=True, max_length=100)
    version = ObjectIdField()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
