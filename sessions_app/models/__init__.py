"""Tables of sessions."""

from sessions_app.models.presence import StreamerPresence
from sessions_app.models.session import Session
from sessions_app.models.source import Source

__all__ = ["Session", "Source", "StreamerPresence"]
