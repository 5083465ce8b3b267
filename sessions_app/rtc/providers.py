"""Which provider is asked."""

from __future__ import annotations

from django.conf import settings

from sessions_app.rtc.contract import RtcProvider
from sessions_app.rtc.local import LocalProvider


def get_provider() -> RtcProvider:
    """Return the provider that RTC_PROVIDER names."""
    if settings.RTC_PROVIDER == "byteplus":
        # Loaded only where it is used: its package brings a good deal along.
        from sessions_app.rtc.byteplus import BytePlusProvider

        return BytePlusProvider()
    return LocalProvider()
