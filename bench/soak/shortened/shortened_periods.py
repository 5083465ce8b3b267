"""An app that shortens two periods which are constants of the service."""

from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class ShortenedPeriods(AppConfig):
    """Keeps the answers of idempotency keys, and the ids of tracked events, for SOAK_KEPT seconds."""

    name = "shortened_periods"

    def ready(self) -> None:
        """Replace the constants; the code reads them each time."""
        from livestream import idempotency
        from livestream.analytics import tracking

        idempotency.KEPT = timedelta(seconds=settings.SOAK_KEPT)
        tracking._SLACK = timedelta(seconds=settings.SOAK_KEPT)
