"""What sessions tell in a story: when the session was, and what it left behind."""

from sessions_app.story import clips, recordings, sessions

__all__ = ["clips", "recordings", "sessions"]
