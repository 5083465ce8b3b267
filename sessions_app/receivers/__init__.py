"""What sessions do when something happens."""

from sessions_app.receivers import feed, presence, recording, tracking

__all__ = ["feed", "presence", "recording", "tracking"]
