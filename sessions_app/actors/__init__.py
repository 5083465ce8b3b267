"""The actors of sessions, called as in the seeds, by subject."""

from .rtc import BanRoomUser, StartRecord, StopRecord
from .sessions import deactivate_session, disconnect

__all__ = ["BanRoomUser", "StartRecord", "StopRecord", "deactivate_session", "disconnect"]
