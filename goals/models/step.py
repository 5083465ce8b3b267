"""Steps of progress that were asked for by key."""

from __future__ import annotations

from django.db import models

from goals.models.goal import Goal


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
