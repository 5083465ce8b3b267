"""Earnings: what a streamer has earned."""

from __future__ import annotations

from django.db import models

from livestream.fields import ObjectIdField
from wallet.models.escrow import Escrow


class Earning(models.Model):
    """What a streamer earned in one hour through one escrow, in coins (spec section 1)."""

    class State(models.TextChoices):
        PENDING = "pending"
        SETTLED = "settled"
        REFUNDED = "refunded"

    id = ObjectIdField(primary_key=True)
    user_id = ObjectIdField()
    hour = models.DateTimeField()
    escrow = models.ForeignKey(Escrow, models.PROTECT, related_name="earnings")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escrow", "user_id", "hour"], name="earning_one_an_hour_and_escrow"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="earning_never_negative"),
        ]
        indexes = [
            models.Index(fields=["user_id", "hour", "id"], name="earning_of_streamer"),
            models.Index(fields=["state", "id"], name="earning_in_state"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.escrow_id}"
