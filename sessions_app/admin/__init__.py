"""What support staff sees of sessions and of what they need. Each module is one subject."""

from sessions_app.admin import rtc, sessions

__all__ = ["rtc", "sessions"]
