"""Accounts: where coins are."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Account(models.Model):
    """The balance of a user, of an escrow, or of the system.

    The id says whose it is: a user's id, an escrow's id, or `system:…`. Only a system
    account may be negative: coins enter through it, so that all balances sum up to zero.
    """

    class Kind(models.TextChoices):
        USER = "user"
        ESCROW = "escrow"
        SYSTEM = "system"

    id = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    balance = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        # Whoever may deposit makes coins: support that only looks may not.
        permissions = [("deposit", "Can credit users with coins")]
        constraints = [
            models.CheckConstraint(condition=Q(kind="system") | Q(balance__gte=0), name="account_never_negative"),
        ]

    def __str__(self) -> str:
        return self.id
