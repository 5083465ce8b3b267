"""Asking the realtime server whether a streamer is on a stage, and storing its answers (spec section 5)."""

from __future__ import annotations

from datetime import datetime

from goals.models import Goal, StageCheck
from livestream import realtime

_ANSWERS = {True: StageCheck.Answer.THERE, False: StageCheck.Answer.NOT_THERE, None: StageCheck.Answer.UNKNOWN}


def ask(*, goal: Goal) -> bool | None:
    """Return whether the streamer is on the goal's stage; None if the realtime server cannot say.

    It calls the network, with a time limit, and must run outside of a transaction.
    """
    if goal.facts.performed_in_stream:
        return realtime.is_in_stream(streamer_id=goal.streamer_id)
    return realtime.is_on_stage(goal_id=goal.id, user_id=goal.streamer_id)


def keep(*, goal: Goal, there: bool | None, asked_at: datetime) -> None:
    """Store an answer about a locked goal for its story, if it differs from the previous one."""
    answer = _ANSWERS[there]
    before = goal.stage_checks.order_by("-asked_at", "-id").values_list("answer", flat=True).first()
    if before != answer:
        StageCheck.objects.create(goal=goal, asked_at=asked_at, answer=answer)
