"""What a streamer broadcast from when a 1-on-1 began and ended, kept for disputes."""

from __future__ import annotations

from goals.models import Goal
from sessions_app import selectors


def snapshot_rtc_sources(*, goal_id: str, moment: str) -> None:
    """Keep the streamer's RTC sources of this moment on the goal; the first snapshot stays."""
    goal = Goal.objects.select_for_update(no_key=True).get(pk=goal_id)
    kept = goal.rtc_sources or {}
    if moment not in kept:
        sources = selectors.sources_of(user_id=goal.streamer_id)
        kept[moment] = [{"id": s.id, "provider": s.provider, "metadata": s.metadata} for s in sources]
        Goal.objects.filter(pk=goal_id).update(rtc_sources=kept)
