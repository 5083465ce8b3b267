"""The admin pages of sessions and of what they need. Each module is one subject."""

from sessions_app.admin import clips, rtc, sessions, sources

__all__ = ["clips", "rtc", "sessions", "sources"]
