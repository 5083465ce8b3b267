"""What goals add to a story: their state and its reason, and what happened on stage."""

from goals.story import goals, related, stage

__all__ = ["goals", "related", "stage"]
