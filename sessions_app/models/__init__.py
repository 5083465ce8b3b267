"""Tables of sessions."""

from sessions_app.models.clip import Asset, Post
from sessions_app.models.rtc import Recording, RtcCall
from sessions_app.models.session import FeedEntry, Session, SessionVersion, Source, StreamerPresence

__all__ = [
    "Asset",
    "FeedEntry",
    "Post",
    "Recording",
    "RtcCall",
    "Session",
    "SessionVersion",
    "Source",
    "StreamerPresence",
]
