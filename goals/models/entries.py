"""What a session shows of its goals: pairs of sales and shows, invitations, 1-on-1s, karaoke."""

from __future__ import annotations

from django.conf import settings
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


class TriggerPrivateEntry(models.Model):
    """An invitation to a private show: an entry of `session.trigger_private_goals` (seed 003)."""

    id = ObjectIdField(primary_key=True)
    session = models.ForeignKey(Session, models.PROTECT, related_name="trigger_private_goals")
    goal = models.OneToOneField(Goal, models.PROTECT, related_name="private_entry")
    goal_agreed = models.DateTimeField(null=True)
    goal_ended = models.DateTimeField(null=True)
    goal_cooldown = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"entry of {self.goal_id}"


class ExclusiveGoalPair(models.Model):
    """A viewer's invitation to a 1-on-1 and the goal it led to (seed 001).

    An entry of `session.exclusive_goal_pairs`, which has one for each viewer.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="exclusive_goal_pairs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    trigger_exclusive_goal = models.OneToOneField(Goal, models.PROTECT, related_name="trigger_pair")
    trigger_exclusive_goal_agreed = models.DateTimeField(null=True)
    trigger_exclusive_goal_ended = models.DateTimeField(null=True)
    trigger_exclusive_goal_cooldown = models.DateTimeField(null=True)
    exclusive_goal = models.OneToOneField(Goal, models.PROTECT, null=True, related_name="exclusive_pair")
    exclusive_goal_ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "user"], name="exclusive_pair_a_viewer"),
        ]

    def __str__(self) -> str:
        return f"pair of {self.trigger_exclusive_goal_id}"


class SessionKaraoke(models.Model):
    """The karaoke goal that a session shows: `session.karaoke_goal`."""

    session = models.OneToOneField(Session, models.PROTECT, primary_key=True, related_name="karaoke")
    goal = models.OneToOneField(Goal, models.PROTECT, related_name="karaoke_entry")
    ended = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"karaoke of {self.session_id}"
