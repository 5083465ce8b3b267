"""The tables of goals."""

from goals.models.contribution import Contribution
from goals.models.goal import Goal
from goals.models.invitation import ExclusiveGoalPair, SessionKaraoke, TriggerPrivateEntry
from goals.models.pair import ShowGoalPair
from goals.models.performance import PerformanceInterval, PerformanceMark
from goals.models.product import TicketProduct
from goals.models.step import ProgressStep

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
