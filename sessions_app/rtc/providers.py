"""The RTC provider that RTC_PROVIDER names, and the local one, for development without an account."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from sessions_app.rtc.contract import LONGEST_RECORDING, RtcProvider, refuse_bad_ids, refuse_bad_lengths

_KEPT = "kept, and sent to nobody"


class LocalProvider:
    """Refuses what a vendor would, and does nothing else: each call is kept, and admin shows it."""

    name = "local"
    longest_recording = LONGEST_RECORDING

    def ban_room_user(self, *, room_id: str, user_id: str, seconds: int = 0) -> str:
        refuse_bad_ids(room_id=room_id, user_id=user_id)
        return _KEPT

    def start_record(self, *, room_id: str, task_id: str, max_seconds: int, idle_seconds: int) -> str:
        refuse_bad_ids(room_id=room_id, task_id=task_id)
        refuse_bad_lengths(max_seconds=max_seconds, idle_seconds=idle_seconds)
        return _KEPT

    def stop_record(self, *, room_id: str, task_id: str) -> str:
        refuse_bad_ids(room_id=room_id, task_id=task_id)
        return _KEPT


def _byteplus() -> RtcProvider:
    # Loaded only where it is used: its package brings a good deal along.
    from sessions_app.rtc.byteplus import BytePlusProvider

    return BytePlusProvider()


PROVIDERS: dict[str, Callable[[], RtcProvider]] = {"local": LocalProvider, "byteplus": _byteplus}


def get_provider() -> RtcProvider:
    """Return the provider that RTC_PROVIDER names."""
    return PROVIDERS[settings.RTC_PROVIDER]()
