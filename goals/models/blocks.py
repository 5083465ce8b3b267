"""Blocks of time: what each payer of an invitation paid for (spec section 6)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from goals.models.goal import Goal
from wallet.models import Transfer


class Block(models.Model):
    """One payment for `duration` seconds of an invitation, at the rate stored on the goal.

    A payer who asks again has several, one after the other. `starts_at` is unknown until the
    streamer agrees. `cut_at` is when a block ended early, because its payer was blocked or the
    private show ended.
    """

    hold = models.OneToOneField(Transfer, models.PROTECT, primary_key=True, db_constraint=False, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="blocks", db_index=False)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    duration = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    starts_at = models.DateTimeField(null=True)
    cut_at = models.DateTimeField(null=True)
    # Performed seconds of the block; null unless it was settled by the second.
    performed = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "hold"]
        indexes = [models.Index(fields=["goal", "payer", "created_at"], name="block_of_goal")]

    def __str__(self) -> str:
        return f"{self.duration} s of {self.goal_id} for {self.payer_id}"
