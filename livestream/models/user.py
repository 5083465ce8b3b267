"""Users: streamers, viewers and support staff have the same kind of account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

from livestream.fields import ObjectIdField


class User(AbstractUser):
    """An account; its tags and groups say what it may do beyond the ordinary."""

    id = ObjectIdField(primary_key=True)
    # When `account.closed` was published; the account is closed by `is_active`.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_active=False, closed_at=None), name="user_to_close"),
            models.Index(
                fields=["id"], condition=models.Q(is_active=True, closed_at__isnull=False), name="user_reopened"
            ),
            models.Index(fields=["date_joined", "id"], name="user_by_age"),
            models.Index(fields=["username"], condition=models.Q(is_staff=True), name="user_staff"),
            models.Index(fields=["username"], condition=models.Q(is_active=False), name="user_closed"),
        ]
        permissions = [
            ("block_user", "Can block and unblock somebody for a streamer"),
            ("close_user", "Can close an account and open it again"),
        ]

    def save(self, **options: Any) -> None:
        """Save the account; an open one has no `closed_at`."""
        if self.is_active and self.closed_at is not None:
            self.closed_at = None
            if (fields := options.get("update_fields")) is not None:
                options["update_fields"] = {*fields, "closed_at"}
        super().save(**options)

    @property
    def tags(self) -> set[str]:
        """The user's tags, such as `blocked-by:{streamer_id}`; prefetch `tag_rows` for lists."""
        return {row.tag for row in self.tag_rows.all()}


class UserTag(models.Model):
    """One tag of one user."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tag_rows")
    tag = models.CharField(max_length=128)
    # Unknown for tags of earlier releases.
    added_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "tag"], name="user_tag_once"),
        ]
        indexes = [models.Index(fields=["tag"], name="user_tag_by_tag")]

    def __str__(self) -> str:
        return self.tag
