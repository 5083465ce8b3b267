"""The session's preset while somebody has its stage for themselves."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from goals.models import Goal
from livestream.outbox import Delivery, durable, enqueue
from sessions_app.models import Session
from sessions_app.services import locking as session_locking


def take_stage(*, goal: Goal, session: Session) -> None:
    """Set a locked session's preset for a private show or a 1-on-1, and note what it was.

    Where the show before has yet to give the stage back, it is what that one found. A type of
    goals without a preset of its own leaves the session's.
    """
    if goal.facts.preset is None:
        return
    before = _on_stage(session).first()
    goal.preset_before = before.preset_before if before else session.preset
    session.preset = goal.facts.preset
    session.save(update_fields=["preset"])


def give_stage_back(*, goal: Goal) -> None:
    """Have the preset go back to what it was; a session is locked before goals, hence later."""
    if goal.preset_before:
        enqueue(restore_preset, Delivery(subject=goal.session_id), goal_id=goal.id)


@durable()
def restore_preset(*, goal_id: str) -> None:
    """Set the preset back after a goal, unless the streamer or the next show has changed it."""
    goal = Goal.objects.get(pk=goal_id)
    with transaction.atomic():
        session = session_locking.lock_session(session_id=goal.session_id)
        if not _on_stage(session).filter(pk=goal_id).update(preset_before=""):
            return
        if session.preset == goal.facts.preset and not _on_stage(session).exists():
            session.preset = goal.preset_before
            session.save(update_fields=["preset"])


def _on_stage(session: Session) -> QuerySet[Goal]:
    """Return the goals that took the session's stage and have not given it back."""
    return Goal.objects.filter(session=session).exclude(preset_before="")
