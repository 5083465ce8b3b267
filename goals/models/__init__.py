"""The tables of goals."""

from goals.models.blocks import Block
from goals.models.entries import ExclusiveGoalPair, SessionKaraoke, ShowGoalPair, TriggerPrivateEntry
from goals.models.goal import Goal, TicketProduct
from goals.models.progress import Contribution, PerformanceInterval, PerformanceMark, ProgressStep, StageCheck

__all__ = [
    "Block",
    "Contribution",
    "ExclusiveGoalPair",
    "Goal",
    "PerformanceInterval",
    "PerformanceMark",
    "ProgressStep",
    "SessionKaraoke",
    "ShowGoalPair",
    "StageCheck",
    "TicketProduct",
    "TriggerPrivateEntry",
]
