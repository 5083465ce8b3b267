"""What goals do when something happened. Each module is one subject."""

from goals.receivers import binding, ending, money, progress, stage, tracking

__all__ = ["binding", "ending", "money", "progress", "stage", "tracking"]
