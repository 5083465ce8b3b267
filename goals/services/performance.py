"""Performing: from comings and goings on stage to seconds of progress (spec section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from goals import rules, stage
from goals.models import Goal, PerformanceMark
from goals.services import asking, locking, paid_time, progress, stage_time
from goals.services.publishing import publish_goal
from goals.types import HAS_STAGE_CHANNEL
from livestream import ids, realtime
from livestream.events.contracts import GOAL_CHANGED
from livestream.outbox import Delivery, Urgency, durable, enqueue, external
from livestream.storage.conflicts import retried
from sessions_app.services import presence

# Pusher reports no leave if a connection is replaced within 3 s, so an absent streamer is checked twice.
_ASKED_AGAIN = timedelta(seconds=4)


def mark_stage(*, goal_id: str, user_id: str | None, at: datetime, joined: bool, source: str, now: datetime) -> bool:
    """Note that the streamer entered or left a goal's stage at `at`, once for each `source`.

    If nobody is left on the stage (`user_id` is None), the streamer has left, too. Ignores other
    users, and goals without their own stage channel. A mark that arrives after the goal's end is
    stored, but does not count. Returns whether the mark counts.
    """
    goal = Goal.objects.filter(pk=goal_id, type__in=HAS_STAGE_CHANNEL).first()
    if goal is None or user_id not in ((goal.streamer_id,) if joined else (goal.streamer_id, None)):
        return False
    if joined:  # before the goal is locked: the countdown of a session is locked before its goals
        presence.sign_of_life(streamer_id=goal.streamer_id, at=at, now=now)
    return add_mark(goal_id=goal_id, at=min(at, now), joined=joined, source=source, now=now)


def add_mark(*, goal_id: str, at: datetime, joined: bool, source: str, now: datetime) -> bool:
    """Store a mark of a goal's streamer, and count the seconds again; return whether the mark counts."""
    with transaction.atomic():
        if Goal.objects.filter(pk=goal_id, ended_at__lte=at).exists():
            return False  # it is about the time after the goal
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.marks.filter(source=source).exists():
            return False
        in_time = goal.ended_at is None
        PerformanceMark.objects.create(goal=goal, at=at, joined=joined, source=source, in_time=in_time)
        if in_time:
            settle_stage(goal=goal, now=now)
        return in_time


def settle_stage(*, goal: Goal, now: datetime) -> None:
    """Compute a locked goal's performed seconds again, credit them and schedule the next level.

    Time since the streamer entered is credited when they leave, or when it has reached a level and
    STAGE_PATIENCE has passed, so that no late webhook can take the level back. A scheduled goal has
    no seconds yet: a streamer who is on stage early is counted from its start.
    """
    if not goal.active or not goal.is_performed:
        return
    stretches = stage_time.stretches_of(goal=goal, now=now)
    moved = _store(goal, stretches)
    entered_or_left = _show_on_goal(goal, stretches)
    _credit(goal, _creditable(goal, stretches, now), now)
    if goal.active:
        # A late webhook may change only when the performance is due. At its last moment, its end is published soon.
        if entered_or_left or (moved and stage_time.is_open(stretches=stretches)):
            publish_goal(GOAL_CHANGED, goal)
        _plan(goal, stretches)


def close_stage(*, goal: Goal, now: datetime) -> None:
    """Close a locked goal's open interval now, or at its last moment, and credit all seconds."""
    if not goal.active or not goal.is_performed:
        return
    stretches = stage_time.stretches_of(goal=goal, now=now, closed=True)
    _store(goal, stretches)
    _credit(goal, stage.performed(stretches), now)


def performed_between(*, goal: Goal, start: datetime, end: datetime, now: datetime) -> int:
    """Return the whole seconds of a goal that were performed from `start` to `end`, by now."""
    return stage.between(stage_time.stretches_of(goal=goal, now=now), start=start, end=min(end, now))


@external(urgency=Urgency.MONEY, subject="goal_id")
def complete_performance(now: datetime, *, goal_id: str, asked_before: bool = False) -> None:
    """Check whether a performance has reached its next level, after asking whether the streamer is on stage.

    It calls the network, and must run outside of a transaction. An unavailable realtime server
    delays nothing.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if goal.active and goal.is_performed:
        look_at_stage(goal=goal, asked_before=asked_before, now=now)


def look_at_stage(*, goal: Goal, asked_before: bool = False, now: datetime) -> None:
    """Ask whether the streamer is on a goal's stage, process the accepted webhooks, and count the seconds."""
    there = asking.ask(goal=goal)
    with transaction.atomic():
        realtime.work_off(subjects=(goal.id, goal.streamer_id), now=now)
    take_answer(goal_id=goal.id, there=there, asked_before=asked_before, now=now)


@retried
def take_answer(*, goal_id: str, there: bool | None, asked_before: bool, now: datetime) -> None:
    """Count a goal's seconds by an answer of the realtime server, which was asked at `now`.

    If the streamer is absent, the server is asked once more; after a second such answer they left
    when they were last known to be there. If they are present although no webhook said so, they
    entered now. None (the server could not say) changes nothing.
    """
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if not goal.active or not goal.is_performed:
            return
        asking.keep(goal=goal, there=there, asked_at=now)
        stretches = stage_time.stretches_of(goal=goal, now=now)
        opened_at = stretches[-1].opened_at if stage_time.may_go_on(stretches=stretches) else None
        if there is False and opened_at is not None and opened_at < now:
            if not asked_before:
                enqueue(complete_performance, Delivery(eta=now + _ASKED_AGAIN), goal_id=goal_id, asked_before=True)
                return
            _add_answer(goal, max(opened_at, goal.stage_seen or opened_at), False, now)
        elif there and opened_at is not None:
            goal.stage_seen = now
            goal.save(update_fields=["stage_seen"])
        elif there and goal.session.active:
            _add_answer(goal, now, True, now)
        settle_stage(goal=goal, now=now)


@durable(urgency=Urgency.MONEY, subject="goal_id")
def count_again(now: datetime, *, goal_id: str) -> None:
    """Count a goal's seconds again, because those of a paid goal have changed."""
    with transaction.atomic():
        settle_stage(goal=locking.lock_goal(goal_id=goal_id), now=now)


def _add_answer(goal: Goal, at: datetime, joined: bool, asked_at: datetime) -> None:
    source = f"{stage.ASKED}{int(asked_at.timestamp() * 1000)}"
    PerformanceMark.objects.get_or_create(goal=goal, source=source, defaults={"at": at, "joined": joined})


def _creditable(goal: Goal, stretches: Sequence[stage.Interval], now: datetime) -> int:
    """Return the seconds to credit at `now`.

    Seconds that were credited before stay credited, but never more than have been performed.
    """
    seconds = stage.performed([each for each in stretches if each.left])
    certain, running = stage.certain(stretches, at=now - stage_time.patience()), stage.performed(stretches, now=now)
    if 0 < goal.target <= certain:  # the goal completes here, with all performed seconds
        return running
    if rules.level_at(goal.levels, certain) > goal.level:
        seconds = certain
    return min(max(seconds, goal.performed), running)


def _store(goal: Goal, stretches: Sequence[stage.Interval]) -> bool:
    """Store the intervals, and return whether any of them differs from before."""
    differs = stage_time.replace_stored(goal=goal, stretches=stretches)
    if differs:
        for goal_id in paid_time.goals_that_give_way(to=goal):
            enqueue(count_again, Delivery(key=f"paid:{goal_id}"), goal_id=goal_id)
    return differs


def _credit(goal: Goal, seconds: int, now: datetime) -> None:
    """Bring progress to what was performed (seed 002); what a late webhook takes back is negative.

    The goal is locked and `seconds` are all of them, so nothing is credited twice, whatever the key.
    """
    amount = seconds - goal.performed
    if not amount:
        return
    goal.performed = seconds
    goal.save(update_fields=["performed"])
    progress.increment_goal_progress(goal_id=goal.id, amount=amount, key=f"performed:{ids.new_id()}", now=now)
    goal.refresh_from_db()


def _plan(goal: Goal, stretches: Sequence[stage.Interval]) -> None:
    """Schedule a check for when the next level is certainly reached if the streamer stays."""
    following = rules.next_target(goal.levels, goal.level)
    if following is None or not stage_time.may_go_on(stretches=stretches):
        return
    reached_at = stage.reaches(stretches, seconds=following)
    closed_at = stretches[-1].closed_at
    if closed_at is None or reached_at <= closed_at:
        # One check for each level and moment, however often the goal is counted before it.
        delivery = Delivery(
            eta=reached_at + stage_time.patience(), key=f"{goal.id}:{following}:{reached_at.timestamp()}"
        )
        enqueue(complete_performance, delivery, goal_id=goal.id)


def _show_on_goal(goal: Goal, stretches: Sequence[stage.Interval]) -> bool:
    """Store on the goal when the streamer last entered and left, by the time of the webhooks.

    Returns whether the streamer entered or left. A pause that is only the goal's end is neither.
    """
    ends = [each.closed_at if each.left else None for each in stretches]
    before = (goal.stage_started, goal.stage_paused, goal.stage_updated)
    goal.stage_started = stretches[-1].opened_at if stretches else None
    goal.stage_paused = ends[-1] if ends else None
    goal.stage_updated = max((end for end in ends if end), default=None)
    after = (goal.stage_started, goal.stage_paused, goal.stage_updated)
    if after != before:
        goal.save(update_fields=["stage_started", "stage_paused", "stage_updated"])
    return after[:2] != before[:2]
