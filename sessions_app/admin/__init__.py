"""What support staff sees of sessions and of what they need. Each module is one subject."""

from sessions_app.admin import clips, feed, rtc, sessions, sources

__all__ = ["clips", "feed", "rtc", "sessions", "sources"]
