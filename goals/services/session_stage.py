"""The streamer's stage: which goal has it, what it keeps from beginning, and the session's preset (spec 5, 6)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from goals import selectors
from goals.errors import ExclusiveInProgress, ShowInProgress, StageTaken
from goals.models import Goal, ShowGoalPair
from goals.types import WATCHED_BY_PAYERS, Settlement, types_settled_by, types_with_preset
from livestream.outbox import Delivery, durable, enqueue
from sessions_app.models import Session
from sessions_app.services import bans, session_events
from sessions_app.services import locking as session_locking


def show_in_progress(*, session: Session) -> bool:
    """Return whether tickets are on sale in a session, or its streamer has a show that has not ended."""
    shows = WATCHED_BY_PAYERS & types_settled_by(Settlement.SHOW)
    return _selling(session) or _taking_stage(session).filter(type__in=shows).exists()


def exclusive_in_progress(*, session: Session) -> bool:
    """Return whether the streamer is in a 1-on-1."""
    return _taking_stage(session).filter(type__in=types_with_preset(Session.Preset.EXCLUSIVE)).exists()


def refuse_invitation(*, session: Session) -> None:
    """Raise ShowInProgress or ExclusiveInProgress if nobody can invite the streamer now (seed 003)."""
    if show_in_progress(session=session):
        raise ShowInProgress
    if exclusive_in_progress(session=session):
        raise ExclusiveInProgress


def refuse_sale(*, session: Session) -> None:
    """Raise StageTaken during a private show or a 1-on-1, when no tickets can be put on sale.

    During a show, tickets for another one can be sold.
    """
    if _taking_stage(session).exclude(type__in=types_settled_by(Settlement.SHOW)).exists():
        raise StageTaken


def refuse_show(*, session: Session) -> None:
    """Raise StageTaken if the streamer has another paid goal to perform (spec section 5)."""
    if _taking_stage(session).exists():
        raise StageTaken


def refuse_agreement(*, session: Session) -> None:
    """Raise StageTaken if the streamer cannot agree now: the stage is taken, or tickets are on sale."""
    if _selling(session) or _taking_stage(session).exists():
        raise StageTaken


def _selling(session: Session) -> bool:
    return ShowGoalPair.objects.filter(session=session, funding_ended=None).exists()


def _taking_stage(session: Session) -> QuerySet[Goal]:
    """Return the paid goal that the session's streamer performs or has to perform; there is at most one.

    All sessions of the streamer count, since a show may outlive its own. The caller has locked the
    streamer's only active session, so nobody else takes the stage at the same time.
    """
    unended = Goal.objects.filter(streamer_id=session.streamer_id, ended_at=None)
    return selectors.performed_for_payers(among=unended)


def take_stage(*, goal: Goal, session: Session) -> None:
    """Set a locked session's preset for a private show or a 1-on-1, and note what it was.

    If the previous goal has yet to release the stage, the preset noted for that goal is taken over.
    A type of goals without a preset of its own leaves the session's.
    """
    if goal.facts.preset is None:
        return
    before = _on_stage(session).first()
    goal.preset_before = before.preset_before if before else session.preset
    _set_preset(session, goal.facts.preset)


def give_stage_back(*, goal: Goal) -> None:
    """Have the preset go back to what it was; a session is locked before goals, hence later."""
    if goal.preset_before:
        enqueue(restore_preset, Delivery(subject=goal.session_id), goal_id=goal.id)


def clear_room(*, goal: Goal) -> None:
    """Have the streamer removed from the room of a paid goal that has ended (spec section 5)."""
    is_unanswered = goal.facts.is_invitation and goal.agreed_at is None
    if goal.facts.stage_rank is not None and not is_unanswered:
        bans.ban_from_goal_room(session=goal.session, goal_id=goal.id)


@durable()
def restore_preset(*, goal_id: str) -> None:
    """Set the preset back after a goal, unless the streamer or the next show has changed it."""
    goal = Goal.objects.get(pk=goal_id)
    with transaction.atomic():
        session = session_locking.lock_session(session_id=goal.session_id)
        if not _on_stage(session).filter(pk=goal_id).update(preset_before=""):
            return
        if session.preset == goal.facts.preset and not _on_stage(session).exists():
            _set_preset(session, goal.preset_before)


def _set_preset(session: Session, preset: str) -> None:
    if session.preset != preset:
        session.preset = preset
        session.save(update_fields=["preset"])
        session_events.publish_changed(session=session)


def _on_stage(session: Session) -> QuerySet[Goal]:
    """Return the goals that took the session's stage and have not given it back."""
    return Goal.objects.filter(session=session).exclude(preset_before="")
