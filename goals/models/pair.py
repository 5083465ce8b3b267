"""What a session shows of its shows."""

from __future__ import annotations

from django.db import models

from goals.models.goal import Goal
from livestream.fields import ObjectIdField
from sessions_app.models import Session


class ShowGoalPair(models.Model):
    """A funding goal and the show it paid for: an entry of `session.show_goal_pairs`."""

    id = ObjectIdField(primary_key=True)
    session = models.ForeignKey(Session, models.PROTECT, related_name="show_goal_pairs")
    funding_goal = models.OneToOneField(Goal, models.PROTECT, related_name="funding_pair")
    show_goal = models.OneToOneField(Goal, models.PROTECT, null=True, related_name="show_pair")
    funding_ended = models.DateTimeField(null=True)
    show_ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"pair of {self.funding_goal_id}"
