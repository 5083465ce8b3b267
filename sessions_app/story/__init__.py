"""What sessions add to a story: when the session took place, its recordings and its clips."""

from sessions_app.story import clips, recordings, sessions

__all__ = ["clips", "recordings", "sessions"]
