"""What goals tell in a story: how they stand and why, and what happened on stage."""

from goals.story import family, stage

__all__ = ["family", "stage"]
