"""Audiences: which viewers are to be sent `stream.authorized`, each time a goal begins (spec section 7, seed 004)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from goals import selectors as goals
from goals.models import Goal
from livestream import cached_views
from livestream.events.contracts import GoalProgressed
from livestream.outbox import Delivery, Urgency, durable, enqueue
from notifications import audience_selectors
from notifications.models import Admission, Audience
from notifications.services import admission


@durable(urgency=Urgency.PUSHES, subject="goal_id")
def push_stream_authorized(now: datetime, *, goal_id: str, event_id: str, after_viewer: str = "") -> None:
    """Open an audience of all who paid for a running goal, once for each time that it begins.

    It begins when it starts and whenever the streamer comes on stage, since the end of the
    grant follows from that. A repeat only adds the viewers who joined a private show meanwhile.
    Messages of the previous release may carry `after_viewer`, which is ignored.
    """
    goal = _watched(goals.get_goal(goal_id=goal_id))
    if goal is None or not goal.active:
        return
    with transaction.atomic():
        audience, opened = _open(goal, goal_id, event_id, now)
        if not opened and goal.facts.others_may_join:
            _join(audience, audience_selectors.payers_not_admitted(escrow_id=audience.escrow_id))
            _notify_again(audience, audience_selectors.viewers_behind(audience_id=audience.id))


def authorize_late_buyers(*, event: GoalProgressed, now: datetime) -> None:
    """Admit the buyers of tickets of a funding goal whose show is running."""
    show_id = goals.get_goal(goal_id=event.goal_id).show_goal_id
    if not show_id or not event.payers:
        return
    show = goals.get_goal(goal_id=show_id)
    if show.active:
        with transaction.atomic():
            audience, opened = _open(show, show_id, event.event_id, now)
            if not opened:
                buyers = [payer for payer, coins in event.payers.items() if coins > 0]
                _join(audience, buyers)
                _notify_again(
                    audience, audience_selectors.viewers_to_admit_again(audience_id=audience.id, viewers=buyers)
                )


def _watched(goal: Goal) -> Goal | None:
    """Return what is watched: of an invitation to a 1-on-1, the 1-on-1 that it led to."""
    if goal.facts.stage_rank is not None:
        return goal
    return goals.get_goal(goal_id=goal.exclusive_goal_id) if goal.exclusive_goal_id else None


def _open(goal: Goal, subject: str, event_id: str, now: datetime) -> tuple[Audience, bool]:
    """Return the audience of a goal's last beginning, and whether it is new.

    A new one closes the previous ones: viewers who still waited in those are notified of this one.
    """
    found, opened = Audience.objects.get_or_create(
        goal_id=goal.id,
        since=_since(goal, now),
        defaults={
            "subject": subject,
            "event_id": event_id,
            "escrow_id": str(goal.escrow_id),
            "created_at": now,
        },
    )
    if opened:
        Audience.objects.filter(goal_id=goal.id, closed_at=None).exclude(pk=found.pk).update(closed_at=now)
        cached_views.invalidate_get_session_token_view_cache(session_id=goal.session_id)
        _wake(found)
    return found, opened


def _since(goal: Goal, now: datetime) -> datetime:
    if goal.facts.is_invitation:
        return goal.agreed_at or now
    return goal.stage_started or goal.started_at or now


def _join(audience: Audience, viewers: Iterable[str]) -> None:
    """Add viewers, and have them notified; those who are in the audience already are left."""
    rows = [Admission(audience=audience, viewer_id=viewer_id) for viewer_id in sorted(viewers)]
    if rows:
        Admission.objects.bulk_create(rows, ignore_conflicts=True)
        _wake(audience)


def _notify_again(audience: Audience, viewers: Collection[str]) -> None:
    """Have viewers of an audience notified again, who paid for more time, or paid again after a refund."""
    if viewers:
        rows = Admission.objects.filter(audience=audience, viewer_id__in=viewers)
        rows.update(told_at=None, failed_at=None, error="")
        _wake(audience)


def _wake(audience: Audience) -> None:
    delivery = Delivery(key=audience.id, subject=audience.subject)
    enqueue(admission.send_stream_authorized, delivery, audience_id=audience.id)
