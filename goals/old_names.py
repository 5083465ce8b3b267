"""The class names that goal types had in the original flow notes (spec section 1)."""

from __future__ import annotations

from livestream import old_names
from livestream.events.contracts import EXCLUSIVE, FUNDING, KARAOKE, SHOW, TRIGGER_EXCLUSIVE, TRIGGER_PRIVATE

CLASSES = {
    FUNDING: "ShowFundingGoal",
    SHOW: "ShowGoal",
    KARAOKE: "KaraokeGoal",
    TRIGGER_PRIVATE: "TriggerPrivateGoal",
    TRIGGER_EXCLUSIVE: "TriggerExclusiveGoal",
    EXCLUSIVE: "ExclusiveGoal",
}


def register() -> None:
    """Have the admin's search and the commands know the class names."""
    for goal_type, name in CLASSES.items():
        old_names.declare_goal_class(name=name, goal_type=goal_type)
