"""A goal as JSON: its parts, the public and the full view, its events, and who may read of payers.

Nothing here knows a web framework: the API answers these documents, and notifications push them.
"""

from goals.representation.documents import Conditions, Context, GoalDocument, Metadata
from goals.representation.events import event_documents, read_events
from goals.representation.for_viewer import ViewerGoal
from goals.representation.goals import (
    conditions,
    context,
    full_goal,
    goal_for,
    goal_for_payers,
    goal_without_breakdown,
    goals_for,
    metadata,
    public_goal,
)

__all__ = [
    "Conditions",
    "Context",
    "GoalDocument",
    "Metadata",
    "ViewerGoal",
    "conditions",
    "context",
    "event_documents",
    "full_goal",
    "goal_for",
    "goal_for_payers",
    "goal_without_breakdown",
    "goals_for",
    "metadata",
    "public_goal",
    "read_events",
]
