"""Tables of sessions."""

from sessions_app.models.clip import Asset, Post
from sessions_app.models.feed import FeedEntry
from sessions_app.models.presence import StreamerPresence
from sessions_app.models.recording import Recording
from sessions_app.models.rtc_call import RtcCall
from sessions_app.models.session import Session
from sessions_app.models.source import Source

__all__ = [
    "Asset",
    "FeedEntry",
    "Post",
    "Recording",
    "RtcCall",
    "Session",
    "Source",
    "StreamerPresence",
]
