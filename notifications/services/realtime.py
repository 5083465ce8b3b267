"""The implementation of `livestream.realtime`, for apps that must not import this one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from notifications.services import processing, stage_questions


class InboxAndServer:
    """Processes accepted webhooks, and asks the realtime server."""

    def work_off(self, *, subjects: Collection[str], now: datetime) -> None:
        processing.work_off(subjects=subjects, now=now)

    def is_on_stage(self, *, goal_id: str, user_id: str) -> bool | None:
        return stage_questions.is_on_stage(goal_id=goal_id, user_id=user_id)

    def is_in_stream(self, *, streamer_id: str) -> bool | None:
        return stage_questions.is_in_stream(streamer_id=streamer_id)
