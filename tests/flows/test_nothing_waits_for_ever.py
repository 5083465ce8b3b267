"""What was left alone, came late or is replayed does no harm to anybody's money."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from goals.errors import BlockedByStreamer, StageTaken
from goals.models import ExclusiveGoalPair, Goal
from goals.services import authorizing, lifecycle
from goals.types import GoalType
from livestream import clock, users
from livestream.events.contracts import GOAL_CREATED, GOAL_PROGRESSED
from livestream.models import OutboxMessage
from sessions_app.services import ending
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.matrix import events_of_goal, last_event
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy, reached_funding, running_show
from tests.support.stage import go_on_stage
from wallet.errors import EscrowClosed
from wallet.models import Escrow
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(moving):
    session = make_session()
    session.prices = {"sd": 60, "exclusive": 100}
    session.save()
    return session


def coins(user):
    return balance_of(user_id=user.pk)


def test_a_session_that_everybody_forgot_gives_its_money_back(moving):
    funding = reached_funding(moving)
    pass_time(moving, seconds=settings.SESSION_MAX_DURATION)
    run_due()
    funding.session.refresh_from_db()
    assert not funding.session.active
    assert Escrow.objects.get().state == "refunded"


def test_a_private_show_agreed_meanwhile_survives_being_superseded_late(moving, session):
    viewer = make_user(coins=1000)
    private = invite(session, viewer)
    agree(private)
    assert not lifecycle.deactivate_goal(goal_id=private.id, because=EndedBecause.SUPERSEDED, now=clock.now())
    private.refresh_from_db()
    assert private.state == "active"


def test_no_show_is_made_while_a_private_show_runs(moving):
    funding = reached_funding(moving)
    agree(invite(funding.session, make_user(coins=1000)))
    with pytest.raises(StageTaken):
        make_show(funding)


def test_who_is_blocked_buys_nothing_but_keeps_the_first_receipt(moving):
    funding, viewer = make_funding(make_session()), make_user(coins=1000)
    first = buy(funding, viewer, key="once")
    users.block(streamer_id=funding.streamer_id, user_id=viewer.pk, now=clock.now())
    with pytest.raises(BlockedByStreamer):
        buy(funding, viewer)
    assert buy(funding, viewer, key="once").transfer_id == first.transfer_id
    assert coins(viewer) == 800


def test_a_goal_whose_end_was_lost_is_ended_after_its_session(moving):
    show = running_show(moving)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    run_due()
    OutboxMessage.objects.filter(actor__startswith="deactivate").delete()
    moving.advance(seconds=settings.SHOW_END_GRACE + 60)
    run_due()
    show.refresh_from_db()
    assert show.outcome == "refunded"


def test_tickets_are_good_for_the_grace_of_a_show_and_no_more_are_sold(moving):
    show = running_show(moving, target=100)
    go_on_stage(show)
    late = make_user(coins=1000)
    buy(show.funding_goal, late)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    for viewer in (late, make_user(coins=1000)):
        with pytest.raises(EscrowClosed):
            buy(show.funding_goal, viewer)
    assert coins(late) == 800
    show.session.refresh_from_db()
    grant = authorizing.authorize(session=show.session, user_id=late.pk, quality="sd", now=clock.now())
    assert grant.exp == clock.now() + timedelta(seconds=100)


def test_a_replay_of_the_past_disturbs_nobody(moving, session):
    from livestream.events import registry

    viewer = make_user(coins=1000)
    first = agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    lifecycle.deactivate_goal(goal_id=exclusive_of(first).id, because=EndedBecause.CANCELLED, now=clock.now())
    run_due()
    second = invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    for receiver in registry.receivers_of(GOAL_CREATED):
        if receiver.acts_on(event := last_event("goal.created", goal_id=first.id)) and not receiver.effect:
            receiver.function(event)
    assert ExclusiveGoalPair.objects.get().trigger_exclusive_goal_id == second.id


def test_a_replayed_step_completes_no_level_twice(moving):
    from livestream.events import registry

    funding = reached_funding(moving)
    receiver = registry.find_receiver(f"{GOAL_PROGRESSED.name}:trigger_goal_complete")
    receiver.function(last_event("goal.progressed", goal_id=funding.id))
    assert events_of_goal(funding.id).count("goal.completed") == 1
    assert Goal.objects.get(pk=funding.id).outcome == "completed"
