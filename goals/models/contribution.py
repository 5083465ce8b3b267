"""Tickets that were bought."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from goals.models.goal import Goal
from wallet.models import Transfer


class Contribution(models.Model):
    """One purchase of `quantity` tickets of a funding goal for `amount` coins; never changed.

    `progress` is what the goal stood at when the buyer was answered: a repeat of the request
    is given the same answer. The goal carries no foreign key constraint in the database, for
    the same reason as a transfer's accounts.
    """

    transfer = models.OneToOneField(Transfer, models.PROTECT, primary_key=True, db_constraint=False)
    goal = models.ForeignKey(Goal, models.PROTECT, db_constraint=False, db_index=False)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, db_index=False)
    quantity = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    progress = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["goal", "created_at", "transfer"], name="contribution_of_goal")]

    def __str__(self) -> str:
        return self.transfer_id
