"""What is going on in a session, and so what cannot begin."""

from __future__ import annotations

from django.db.models import Q

from goals.errors import ExclusiveInProgress, ShowInProgress, StageTaken
from goals.models import Goal, ShowGoalPair
from goals.types import GoalType


def show_in_progress(*, session_id: str) -> bool:
    """Tell whether tickets are on sale in a session, or a show is to be played."""
    selling = Q(funding_ended=None)
    playing = Q(show_goal__isnull=False, show_ended=None)
    return ShowGoalPair.objects.filter(selling | playing, session_id=session_id).exists()


def exclusive_in_progress(*, session_id: str) -> bool:
    """Tell whether the streamer is in a 1-on-1."""
    running = Goal.objects.filter(session_id=session_id, type=GoalType.EXCLUSIVE, ended_at=None)
    return running.exists()


def private_in_progress(*, session_id: str) -> bool:
    """Tell whether an agreed private show is going on."""
    private = Goal.objects.filter(session_id=session_id, type=GoalType.TRIGGER_PRIVATE, ended_at=None)
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
