"""Where streamers broadcast from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sessions_app.models import Source


def add_source(*, user_id: str, provider: str, now: datetime, metadata: Mapping[str, Any] | None = None) -> Source:
    """Add a source of `provider`; its metadata name the provider too, as the seeds match it."""
    known_by = {**(metadata or {}), "provider": provider}
    return Source.objects.create(user_id=user_id, provider=provider, metadata=known_by, created_at=now)
