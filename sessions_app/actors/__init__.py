"""The actors of sessions, called as in the seeds, by subject."""

from .sessions import deactivate_session, disconnect

__all__ = ["deactivate_session", "disconnect"]
