"""The actors of goals, called as in the seeds."""

from __future__ import annotations

from goals.endings import EndedBecause
from goals.services import contributions, lifecycle, performance, progress, settlement, stage_presets
from livestream import clock
from livestream.outbox import durable


@durable()
def activate_goal(*, goal_id: str) -> None:
    """Start a scheduled goal at its `nbf` (seed 004)."""
    lifecycle.activate_goal(goal_id=goal_id, now=clock.now())


@durable()
def deactivate_goal(*, goal_id: str, because: str, triggerer: str | None = None) -> None:
    """End a goal now (seeds 000, 001, 002)."""
    lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause(because), triggerer=triggerer, now=clock.now())


@durable()
def check_trigger_exclusive_goal_refundable(*, goal_id: str) -> None:
    """Refund or split what a 1-on-1 was prepaid with (seed 001)."""
    settlement.check_trigger_exclusive_goal_refundable(goal_id=goal_id, now=clock.now())


@durable()
def deactivate_unperformed_show(*, goal_id: str) -> None:
    """End a show that waited SHOW_MAX_WAIT for its first performed second."""
    lifecycle.deactivate_unperformed_show(goal_id=goal_id, now=clock.now())


@durable()
def restore_preset(*, goal_id: str) -> None:
    """Set a session's preset back after a private show or a 1-on-1."""
    stage_presets.restore_preset(goal_id=goal_id)


@durable()
def increment_goal_progress(*, goal_id: str, amount: int, key: str) -> None:
    """Add to a goal's progress, once for each key (seed 002)."""
    progress.increment_goal_progress(goal_id=goal_id, amount=amount, key=key, now=clock.now())


@durable()
def complete_performance(*, goal_id: str) -> None:
    """Reach a level in the second it is reached, while the streamer is on stage."""
    performance.complete_performance(goal_id=goal_id, now=clock.now())


@durable()
def count_contributions(*, escrow_id: str) -> None:
    """Count the tickets bought since the last time."""
    contributions.count_contributions(escrow_id=escrow_id)


@durable()
def check_funding_goal_refundable(*, goal_id: str) -> None:
    """Refund a funding goal that was reached and got no show (seed 000)."""
    settlement.check_funding_goal_refundable(goal_id=goal_id, now=clock.now())
