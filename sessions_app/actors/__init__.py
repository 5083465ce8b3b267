"""The actors of sessions, called as in the seeds, by subject."""

from .clips import clip_livestream_as_asset, create_post_from_livestream
from .feed import update_livestream_feed
from .rtc import BanRoomUser, StartRecord, StopRecord
from .sessions import deactivate_session, disconnect

__all__ = [
    "BanRoomUser",
    "StartRecord",
    "StopRecord",
    "clip_livestream_as_asset",
    "create_post_from_livestream",
    "deactivate_session",
    "disconnect",
    "update_livestream_feed",
]
