"""What a session shows of its goals: pairs of sales and shows, invitations, 1-on-1s, karaoke.

Each change increments the version of the session (`session_versions`), in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from goals.models import ExclusiveGoalPair, Goal, SessionKaraoke, ShowGoalPair, TriggerPrivateEntry
from goals.services.publishing import publish_goal
from goals.types import GoalType
from livestream.events.contracts import GOAL_ADDED
from sessions_app.services import session_versions


def bind_show_goal_to_funding_goal(*, goal_id: str, funding_goal_id: str) -> None:
    """Note on a funding goal which show it paid for, where that is not noted yet."""
    Goal.objects.filter(pk=funding_goal_id, show_goal=None).update(show_goal_id=goal_id)


def bind_show_goals_to_session(*, goal_id: str) -> None:
    """Give a funding goal a new pair in its session, a show its place in that pair.

    Publishes `goal.added` for whichever took its place; a goal that has it already is left.
    """
    goal = Goal.objects.get(pk=goal_id)
    if goal.facts.sells_tickets:
        _, bound = ShowGoalPair.objects.get_or_create(funding_goal=goal, defaults={"session_id": goal.session_id})
    else:
        pair = ShowGoalPair.objects.filter(funding_goal_id=goal.funding_goal_id, show_goal=None)
        bound = bool(pair.update(show_goal=goal))
    _publish_added(goal, bound)


def bind_trigger_private_goal(*, goal_id: str) -> None:
    """Push an invitation onto `session.trigger_private_goals` and publish `goal.added` (seed 003)."""
    goal = Goal.objects.get(pk=goal_id)
    _, bound = TriggerPrivateEntry.objects.get_or_create(goal=goal, defaults={"session_id": goal.session_id})
    _publish_added(goal, bound)


def bind_karaoke_goal(*, goal_id: str) -> None:
    """Make a goal the session's karaoke and publish `goal.added`."""
    goal = Goal.objects.get(pk=goal_id)
    # One that has ended was bound before: this is a replay, and another may have its place.
    bound = goal.ended_at is None and not SessionKaraoke.objects.filter(goal=goal).exists()
    if bound:
        _take_over_version(session_id=goal.session_id)
        SessionKaraoke.objects.update_or_create(session_id=goal.session_id, defaults={"goal": goal, "ended": None})
    _publish_added(goal, bound)


def _take_over_version(*, session_id: str) -> None:
    """Add the version of the previous karaoke to the session's: the sum of both must not fall."""
    previous = Goal.objects.filter(pk__in=SessionKaraoke.objects.filter(session_id=session_id).values("goal_id"))
    version = previous.select_for_update().values_list("version", flat=True).first()
    if version is not None:
        session_versions.bump(session_id=session_id, by=version)


def bind_exclusive_goals(*, goal_id: str) -> None:
    """Give the viewer an entry in `session.exclusive_goal_pairs`, or the 1-on-1 its place in it.

    A viewer's new invitation takes the place of the one before. Publishes `goal.added`.
    """
    goal = Goal.objects.get(pk=goal_id)
    if not goal.facts.is_invitation:
        pairs = ExclusiveGoalPair.objects.filter(trigger_exclusive_goal_id=goal.trigger_goal_id, exclusive_goal=None)
        bound = bool(pairs.update(exclusive_goal=goal))
    else:
        bound = goal.ended_at is None and not ExclusiveGoalPair.objects.filter(trigger_exclusive_goal=goal).exists()
        if bound:
            ExclusiveGoalPair.objects.filter(session_id=goal.session_id, user_id=goal.triggered_by_id).delete()
            ExclusiveGoalPair.objects.create(
                session_id=goal.session_id, user_id=goal.triggered_by_id, trigger_exclusive_goal=goal
            )
    _publish_added(goal, bound)


def bind_exclusive_goal_to_trigger_exclusive_goal(*, goal_id: str) -> None:
    """Note on an invitation which 1-on-1 it led to, where that is not noted yet."""
    goal = Goal.objects.get(pk=goal_id)
    Goal.objects.filter(pk=goal.trigger_goal_id, exclusive_goal=None).update(exclusive_goal=goal)


def stamp_agreed(*, goal_id: str, at: datetime) -> None:
    """Note on the session's entry that the streamer agreed; the first stamp stays."""
    entries = TriggerPrivateEntry.objects.filter(goal_id=goal_id, goal_agreed=None)
    pairs = ExclusiveGoalPair.objects.filter(trigger_exclusive_goal_id=goal_id, trigger_exclusive_goal_agreed=None)
    _count(goal_id, entries.update(goal_agreed=at) + pairs.update(trigger_exclusive_goal_agreed=at))


def stamp_ended(*, goal_id: str, goal_type: GoalType, at: datetime) -> None:
    """Note on the session's entry of a goal that it ended, and the cooldown of an invitation; the first stamp stays."""
    _count(goal_id, _stamp(goal_id, goal_type, at))


def _stamp(goal_id: str, goal_type: GoalType, at: datetime) -> int:
    match goal_type:
        case GoalType.FUNDING:
            return ShowGoalPair.objects.filter(funding_goal_id=goal_id, funding_ended=None).update(funding_ended=at)
        case GoalType.SHOW:
            return ShowGoalPair.objects.filter(show_goal_id=goal_id, show_ended=None).update(show_ended=at)
        case GoalType.KARAOKE:
            return SessionKaraoke.objects.filter(goal_id=goal_id, ended=None).update(ended=at)
        case GoalType.TRIGGER_PRIVATE:
            entries = TriggerPrivateEntry.objects.filter(goal_id=goal_id, goal_ended=None)
            return entries.update(goal_ended=at, goal_cooldown=_cooldown_of(goal_id))
        case GoalType.TRIGGER_EXCLUSIVE:
            pairs = ExclusiveGoalPair.objects.filter(
                trigger_exclusive_goal_id=goal_id, trigger_exclusive_goal_ended=None
            )
            cooldown = _cooldown_of(goal_id)
            return pairs.update(trigger_exclusive_goal_ended=at, trigger_exclusive_goal_cooldown=cooldown)
        case GoalType.EXCLUSIVE:
            pairs = ExclusiveGoalPair.objects.filter(exclusive_goal_id=goal_id, exclusive_goal_ended=None)
            return pairs.update(exclusive_goal_ended=at)
        case _:
            assert_never(goal_type)


def _cooldown_of(goal_id: str) -> datetime | None:
    return Goal.objects.values_list("cooldown_until", flat=True).get(pk=goal_id)


def _count(goal_id: str, changed: int) -> None:
    if changed:
        session_id = Goal.objects.values_list("session_id", flat=True).get(pk=goal_id)
        session_versions.bump(session_id=session_id)


def _publish_added(goal: Goal, bound: bool) -> None:
    if bound:
        session_versions.bump(session_id=goal.session_id)
        publish_goal(GOAL_ADDED, goal)
