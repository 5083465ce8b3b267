"""Idempotency keys and the answers stored under them (spec section 3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from livestream.fields import ObjectIdField


class IdempotencyRecord(models.Model):
    """One key of one user on one path: claimed while the request runs, then its answer.

    `claim` names the request that holds the key until `leased_until`; a request that was
    killed leaves a claim behind that may be taken over after it. `status` is NULL until
    the answer is stored, which happens in the transaction of the work itself.
    """

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    path = models.CharField(max_length=255)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    claim = ObjectIdField()
    leased_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "path", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} on {self.path}"
