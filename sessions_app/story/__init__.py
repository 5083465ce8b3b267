"""What sessions tell in a story: when the session was, and what became of the recording."""

from sessions_app.story import recordings, sessions

__all__ = ["recordings", "sessions"]
