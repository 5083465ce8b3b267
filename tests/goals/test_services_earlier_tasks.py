"""While a release takes over, processes of the one before it store tasks under its names."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause
from goals.types import GoalType
from livestream import clock, ids
from livestream.models import OutboxMessage
from livestream.outbox import performing
from sessions_app.models import Session
from tests.support.endings import offering_session
from tests.support.invitations import invite
from tests.support.outbox import perform, run_due, sweep_all
from tests.support.people import make_funding, make_session, make_user

pytestmark = pytest.mark.django_db


def stored_by_the_release_before(actor, goal):
    now = clock.now()
    OutboxMessage.objects.create(
        id=ids.new_id(), actor=actor, kwargs={"goal_id": goal.id}, subject=goal.id, eta=now, due_at=now, created_at=now
    )


def test_a_due_goal_ends_for_its_exp():
    with clock.frozen() as moving:
        funding = make_funding(make_session(), target=1000)
        moving.move_to(funding.exp)
        OutboxMessage.objects.all().delete()
        stored_by_the_release_before("deactivate_due_goal", funding)
        run_due()
    funding.refresh_from_db()
    assert (funding.ended_because, OutboxMessage.objects.filter(actor="deactivate_due_goal").count()) == ("expired", 0)


def test_an_invitation_gives_way_to_the_one_that_was_agreed_to():
    invitation = invite(offering_session(), make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE)
    stored_by_the_release_before("supersede_goal", invitation)
    run_due()
    invitation.refresh_from_db()
    assert (invitation.ended_because, invitation.cooldown_until) == (EndedBecause.SUPERSEDED, None)


def test_a_stored_end_without_a_reason_fails_and_the_sweep_ends_the_goal():
    with clock.frozen() as moving:
        funding = make_funding(make_session(), target=1000)
        Session.objects.filter(pk=funding.session_id).update(active=False, ended_at=clock.now())
        OutboxMessage.objects.all().delete()
        stored_by_the_release_before("deactivate_goal", funding)
        stored = OutboxMessage.objects.get()
        assert not performing.perform(message_id=stored.id)
        assert "because" in OutboxMessage.objects.get(pk=stored.pk).error
        moving.advance(seconds=11)
        sweep_all()
        [swept] = OutboxMessage.objects.filter(actor="deactivate_goal").exclude(pk=stored.pk)
        perform(swept.id)
    funding.refresh_from_db()
    assert funding.ended_because == EndedBecause.SESSION_ENDED
