"""Users: streamers, viewers and support staff have the same kind of account."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import hashers
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction

from livestream.fields import ObjectIdField


class User(AbstractUser):
    """An account; its tags and groups say what it may do beyond the ordinary."""

    # The column of `public_name`, for queries that need nothing else.
    PUBLIC_NAME: ClassVar = "username"

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
            ("sign_out_user", "Can end the sign-ins of an account"),
        ]

    def save(self, **options: Any) -> None:
        """Save the account; an open one has no `closed_at`."""
        if self.is_active and self.closed_at is not None:
            self.closed_at = None
            if (fields := options.get("update_fields")) is not None:
                options["update_fields"] = {*fields, "closed_at"}
        super().save(**options)

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password. If its hash is then replaced by a stronger one, sign-ins stay valid."""
        to_rehash: list[str] = []
        is_right = hashers.check_password(raw_password, self.password, to_rehash.append)
        if to_rehash and not self._replace_hash(to_rehash[0]):
            # The stored hash has changed meanwhile: another sign-in replaced it, or the owner changed the password.
            self.refresh_from_db(fields=["password"])
            return hashers.check_password(raw_password, self.password)
        return is_right

    def _replace_hash(self, raw_password: str) -> bool:
        """Replace the hash if it is still stored: to save the user, as Django does, could overwrite a newer one."""
        weak, fingerprint = self.password, self.get_session_auth_hash()
        strong = hashers.make_password(raw_password)
        with transaction.atomic():
            if not User.objects.filter(pk=self.pk, password=weak).update(password=strong):
                return False
            self.password = strong
            self.sign_ins.filter(fingerprint=fingerprint).update(fingerprint=self.get_session_auth_hash())
        return True

    @property
    def public_name(self) -> str:
        """The name that everybody may read beside the user's id."""
        return str(getattr(self, self.PUBLIC_NAME))

    @classmethod
    def columns_without_name(cls, *, prefix: str) -> list[str]:
        """Return the columns that naming a user does not need, for `defer`; `prefix` leads to the user."""
        return [
            f"{prefix}__{each.name}" for each in cls._meta.concrete_fields if each.name not in ("id", cls.PUBLIC_NAME)
        ]

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
