"""What clients hear when something happens."""

from notifications.receivers import (
    escrow_completed,
    escrow_refunded,
    goal_added,
    goal_agreed,
    goal_completed,
    goal_ended,
    goal_progressed,
    goal_started,
    invalidation,
    presence,
    sessions,
)

__all__ = [
    "escrow_completed",
    "escrow_refunded",
    "goal_added",
    "goal_agreed",
    "goal_completed",
    "goal_ended",
    "goal_progressed",
    "goal_started",
    "invalidation",
    "presence",
    "sessions",
]
