"""Which provider is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from sessions_app.rtc.contract import RtcProvider
from sessions_app.rtc.local import LocalProvider


def _byteplus() -> RtcProvider:
    # Loaded only where it is used: its package brings a good deal along.
    from sessions_app.rtc.byteplus import BytePlusProvider

    return BytePlusProvider()


PROVIDERS: dict[str, Callable[[], RtcProvider]] = {"local": LocalProvider, "byteplus": _byteplus}


def get_provider() -> RtcProvider:
    """Return the provider that RTC_PROVIDER names."""
    return PROVIDERS[settings.RTC_PROVIDER]()
