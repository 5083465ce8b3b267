"""What sessions do when something happens."""

from sessions_app.receivers import clips, feed, presence, recording, tracking

__all__ = ["clips", "feed", "presence", "recording", "tracking"]
