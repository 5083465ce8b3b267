"""What moves the progress of a goal: tickets that were bought, steps by key, and time on stage."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from goals.models.goal import Goal
from wallet.models import Transfer


class Contribution(models.Model):
    """One purchase of `quantity` tickets of a funding goal for `amount` coins; never changed.

    `progress` is what the goal stood at when the buyer was answered: a repeat of the request
    is given the same answer. `max_price` is what the request said, 0 where it said nothing, and None in
    purchases of earlier releases. The goal carries no foreign key constraint in the database, for
    the same reason as a transfer's accounts.
    """

    transfer = models.OneToOneField(Transfer, models.PROTECT, primary_key=True, db_constraint=False)
    goal = models.ForeignKey(Goal, models.PROTECT, db_constraint=False, db_index=False)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, db_index=False)
    quantity = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    progress = models.BigIntegerField()
    max_price = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["goal", "created_at", "transfer"], name="contribution_of_goal")]

    def __str__(self) -> str:
        return self.transfer_id


class ProgressStep(models.Model):
    """One `increment_goal_progress`; the key makes a repeat do nothing."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="steps")
    key = models.CharField(max_length=128)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "key"], name="step_once_a_key")]

    def __str__(self) -> str:
        return f"{self.amount} by {self.key}"


class PerformanceMark(models.Model):
    """The streamer entered or left the goal's stage channel at `at`, as one webhook says.

    Webhooks come twice, late and out of order. So they are kept as they are, and the
    intervals are computed again from all of them.
    """

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="marks")
    at = models.DateTimeField()
    joined = models.BooleanField()
    source = models.CharField(max_length=64)
    # False for a mark that arrived after the goal had ended: it is stored, but does not count.
    in_time = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["goal", "source"], name="mark_once_a_webhook"),
        ]

    def __str__(self) -> str:
        return f"{'joined' if self.joined else 'left'} at {self.at}"


class PerformanceInterval(models.Model):
    """A stretch of time on stage; open while `closed_at` is not set, at most one a goal."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="intervals")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=64)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["goal"], condition=Q(closed_at=None), name="interval_one_open_a_goal"),
        ]

    def __str__(self) -> str:
        return f"{self.opened_at} to {self.closed_at}"


class StageCheck(models.Model):
    """What the realtime server answered when it was asked whether the streamer is on a stage.

    Only an answer that differs from the previous one is stored.
    """

    class Answer(models.TextChoices):
        THERE = "there"
        NOT_THERE = "not_there"
        UNKNOWN = "unknown"

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="stage_checks", db_index=False)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=9, choices=Answer.choices)

    class Meta:
        indexes = [models.Index(fields=["goal", "asked_at", "id"], name="stage_check_of_goal")]

    def __str__(self) -> str:
        return f"{self.answer} at {self.asked_at}"
