"""What happened on stage: who came and went, and the time performed that follows from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from goals.models.goal import Goal


class PerformanceMark(models.Model):
    """The streamer entered or left the goal's stage channel at `at`, as one webhook says.

    Webhooks come twice, late and out of order. So they are kept as they are, and the
    intervals are worked out anew from all of them.
    """

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="marks")
    at = models.DateTimeField()
    joined = models.BooleanField()
    source = models.CharField(max_length=64)

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
