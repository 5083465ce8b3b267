"""The stage of a session: what has it, what cannot begin meanwhile, and the preset of that time (spec section 6)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from goals.errors import ExclusiveInProgress, ShowInProgress, StageTaken
from goals.models import Goal, ShowGoalPair
from goals.types import types_with_preset
from livestream.outbox import Delivery, durable, enqueue
from sessions_app.models import Session
from sessions_app.services import locking as session_locking


def show_in_progress(*, session_id: str) -> bool:
    """Return whether tickets are on sale in a session, or a show is to be played."""
    selling = Q(funding_ended=None)
    playing = Q(show_goal__isnull=False, show_ended=None)
    return ShowGoalPair.objects.filter(selling | playing, session_id=session_id).exists()


def exclusive_in_progress(*, session_id: str) -> bool:
    """Return whether the streamer is in a 1-on-1."""
    running = Goal.objects.filter(
        session_id=session_id, type__in=types_with_preset(Session.Preset.EXCLUSIVE), ended_at=None
    )
    return running.exists()


def private_in_progress(*, session_id: str) -> bool:
    """Return whether an agreed private show is going on."""
    kinds = types_with_preset(Session.Preset.PRIVATE)
    private = Goal.objects.filter(session_id=session_id, type__in=kinds, ended_at=None)
    return private.filter(agreed_at__isnull=False).exists()


def refuse_invitation(*, session_id: str) -> None:
    """Raise ShowInProgress or ExclusiveInProgress where nobody can invite."""
    if show_in_progress(session_id=session_id):
        raise ShowInProgress
    if exclusive_in_progress(session_id=session_id):
        raise ExclusiveInProgress


def refuse_show(*, session_id: str) -> None:
    """Raise ExclusiveInProgress or StageTaken where no tickets can be sold and no show made."""
    if exclusive_in_progress(session_id=session_id):
        raise ExclusiveInProgress
    if private_in_progress(session_id=session_id):
        raise StageTaken


def refuse_agreement(*, session_id: str) -> None:
    """Raise StageTaken where the streamer cannot agree to anything now."""
    if (
        show_in_progress(session_id=session_id)
        or exclusive_in_progress(session_id=session_id)
        or private_in_progress(session_id=session_id)
    ):
        raise StageTaken


def take_stage(*, goal: Goal, session: Session) -> None:
    """Set a locked session's preset for a private show or a 1-on-1, and note what it was.

    If the previous goal has yet to release the stage, the preset noted for that goal is taken over.
    A type of goals without a preset of its own leaves the session's.
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
