"""The session's entries of invitations, 1-on-1s and karaoke."""

from __future__ import annotations

from datetime import datetime

from goals.models import ExclusiveGoalPair, Goal, SessionKaraoke, TriggerPrivateEntry
from goals.services.publishing import publish_goal
from livestream.events.contracts import EXCLUSIVE, GOAL_ADDED, KARAOKE, TRIGGER_EXCLUSIVE, TRIGGER_PRIVATE


def bind_trigger_private_goal(*, goal_id: str) -> None:
    """Push an invitation onto `session.trigger_private_goals` and publish `goal.added` (seed 003)."""
    goal = Goal.objects.get(pk=goal_id)
    _, bound = TriggerPrivateEntry.objects.get_or_create(goal=goal, defaults={"session_id": goal.session_id})
    _tell(goal, bound)


def bind_karaoke_goal(*, goal_id: str) -> None:
    """Make a goal the session's karaoke and publish `goal.added`."""
    goal = Goal.objects.get(pk=goal_id)
    # One that has ended was bound before: this is a replay, and another may have its place.
    bound = goal.ended_at is None and not SessionKaraoke.objects.filter(goal=goal).exists()
    if bound:
        SessionKaraoke.objects.update_or_create(session_id=goal.session_id, defaults={"goal": goal, "ended": None})
    _tell(goal, bound)


def bind_exclusive_goals(*, goal_id: str) -> None:
    """Give the viewer an entry in `session.exclusive_goal_pairs`, or the 1-on-1 its place in it.

    A viewer's new invitation takes the place of the one before. Publishes `goal.added`.
    """
    goal = Goal.objects.get(pk=goal_id)
    if goal.type == EXCLUSIVE:
        pairs = ExclusiveGoalPair.objects.filter(trigger_exclusive_goal_id=goal.trigger_goal_id, exclusive_goal=None)
        bound = bool(pairs.update(exclusive_goal=goal))
    else:
        bound = goal.ended_at is None and not ExclusiveGoalPair.objects.filter(trigger_exclusive_goal=goal).exists()
        if bound:
            ExclusiveGoalPair.objects.filter(session_id=goal.session_id, user_id=goal.triggered_by_id).delete()
            ExclusiveGoalPair.objects.create(
                session_id=goal.session_id, user_id=goal.triggered_by_id, trigger_exclusive_goal=goal
            )
    _tell(goal, bound)


def bind_exclusive_goal_to_trigger_exclusive_goal(*, goal_id: str) -> None:
    """Note on an invitation which 1-on-1 it led to, where that is not noted yet."""
    goal = Goal.objects.get(pk=goal_id)
    Goal.objects.filter(pk=goal.trigger_goal_id, exclusive_goal=None).update(exclusive_goal=goal)


def stamp_agreed(*, goal_id: str, at: datetime) -> None:
    """Note on the session's entry that the streamer agreed; the first stamp stays."""
    TriggerPrivateEntry.objects.filter(goal_id=goal_id, goal_agreed=None).update(goal_agreed=at)
    ExclusiveGoalPair.objects.filter(trigger_exclusive_goal_id=goal_id, trigger_exclusive_goal_agreed=None).update(
        trigger_exclusive_goal_agreed=at
    )


def stamp_ended(*, goal_id: str, goal_type: str, at: datetime) -> None:
    """Note on the session's entry that its goal ended, and its cooldown; the first stamp stays."""
    if goal_type == TRIGGER_PRIVATE:
        cooldown = Goal.objects.values_list("cooldown_until", flat=True).get(pk=goal_id)
        TriggerPrivateEntry.objects.filter(goal_id=goal_id, goal_ended=None).update(
            goal_ended=at, goal_cooldown=cooldown
        )
    elif goal_type == TRIGGER_EXCLUSIVE:
        cooldown = Goal.objects.values_list("cooldown_until", flat=True).get(pk=goal_id)
        ExclusiveGoalPair.objects.filter(trigger_exclusive_goal_id=goal_id, trigger_exclusive_goal_ended=None).update(
            trigger_exclusive_goal_ended=at, trigger_exclusive_goal_cooldown=cooldown
        )
    elif goal_type == EXCLUSIVE:
        ExclusiveGoalPair.objects.filter(exclusive_goal_id=goal_id, exclusive_goal_ended=None).update(
            exclusive_goal_ended=at
        )
    elif goal_type == KARAOKE:
        SessionKaraoke.objects.filter(goal_id=goal_id, ended=None).update(ended=at)


def _tell(goal: Goal, bound: bool) -> None:
    if bound:
        publish_goal(GOAL_ADDED, goal)
