"""The tables of goals."""

from goals.models.entries import ExclusiveGoalPair, SessionKaraoke, ShowGoalPair, TriggerPrivateEntry
from goals.models.goal import Goal, TicketProduct
from goals.models.progress import Contribution, PerformanceInterval, PerformanceMark, ProgressStep

__all__ = [
    "Contribution",
    "ExclusiveGoalPair",
    "Goal",
    "PerformanceInterval",
    "PerformanceMark",
    "ProgressStep",
    "SessionKaraoke",
    "ShowGoalPair",
    "TicketProduct",
    "TriggerPrivateEntry",
]
