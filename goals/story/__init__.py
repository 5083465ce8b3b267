"""What goals add to a story: their state and its reason, and what happened on stage."""

from goals.story import related, stage

__all__ = ["related", "stage"]
