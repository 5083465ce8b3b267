"""Viewers invite to a private show or a 1-on-1; the streamer agrees, declines, or says nothing."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause
from goals.errors import (
    ExclusiveInProgress,
    LivestreamTriggerQuotaExceeded,
    ShowInProgress,
    StageTaken,
)
from goals.models import ExclusiveGoalPair, Goal
from goals.services import lifecycle
from goals.types import GoalType
from livestream import clock
from sessions_app.services import ending
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.stage import PATIENCE, come_online, go_on_stage, leave_stage
from wallet.models import Escrow
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(moving):
    session = make_session()
    session.prices = {"sd": 60, "exclusive": 100}
    session.save()
    return session


def coins(user):
    return balance_of(user_id=user.pk)


def test_a_private_show_is_joined_watched_and_paid_out(moving, session):
    first, second = make_user(coins=1000), make_user(coins=1000)
    goal = invite(session, first)
    assert (goal.progress, goal.state, goal.price) == (1, "active", 120)
    assert invite(session, second).id == goal.id
    assert (coins(first), coins(second)) == (880, 880)

    come_online(session.streamer_id)
    agree(goal)
    session.refresh_from_db()
    assert session.preset == "private"
    pass_time(moving, seconds=120 + PATIENCE + 2)

    goal.refresh_from_db()
    session.refresh_from_db()
    assert (goal.state, goal.outcome, session.preset) == ("ended", "agreed", "public")
    assert balance_of(user_id=session.streamer_id) == 240
    assert verify_ledger() == []
    assert pending_actors() == []


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
@pytest.mark.parametrize("answered", [True, False])
def test_an_invitation_that_is_not_accepted_is_refunded_and_cools_down(moving, session, kind, answered):
    viewer = make_user(coins=1000)
    goal = invite(session, viewer, kind=kind)
    if answered:
        disagree(goal)
    pass_time(moving, seconds=120)
    goal.refresh_from_db()
    assert (goal.outcome, coins(viewer)) == ("refunded", 1000)
    with pytest.raises(LivestreamTriggerQuotaExceeded) as refusal:
        invite(session, viewer, kind=kind)
    pass_time(moving, seconds=refusal.value.retry_after)
    assert invite(session, viewer, kind=kind).id != goal.id


def test_a_1_on_1_is_performed_and_paid(moving, session):
    viewer = make_user(coins=1000)
    trigger = agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    goal = exclusive_of(trigger)
    assert (trigger.outcome, goal.state, goal.target) == ("agreed", "active", 120)
    go_on_stage(goal)
    pass_time(moving, seconds=120 + PATIENCE)
    goal.refresh_from_db()
    session.refresh_from_db()
    assert (goal.outcome, session.preset) == ("completed", "public")
    assert (coins(viewer), balance_of(user_id=session.streamer_id)) == (800, 200)
    assert not ExclusiveGoalPair.objects.exists()
    pass_time(moving, seconds=4000)
    assert verify_ledger() == []
    assert pending_actors() == []


@pytest.mark.parametrize(("performed", "paid"), [(0, 0), (1, 1), (59, 98), (119, 198)])
def test_a_1_on_1_cut_short_is_split_by_the_second(moving, session, performed, paid):
    viewer = make_user(coins=1000)
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    go_on_stage(goal)
    pass_time(moving, seconds=performed)
    leave_stage(goal)
    pass_time(moving, seconds=10)
    lifecycle.deactivate_goal(goal_id=goal.id, because=EndedBecause.CANCELLED, now=clock.now())
    run_due()
    goal.refresh_from_db()
    assert goal.outcome == ("split" if performed else "refunded")
    assert balance_of(user_id=session.streamer_id) == paid
    assert coins(viewer) == 1000 - paid
    assert Escrow.objects.get().settled_at is not None
    assert verify_ledger() == []


def test_agreeing_to_one_viewer_refunds_all_others(moving, session):
    viewers = [make_user(coins=1000) for _ in range(3)]
    triggers = [invite(session, v, kind=GoalType.TRIGGER_EXCLUSIVE) for v in viewers]
    private = invite(session, viewers[0])
    agree(triggers[1])
    run_due()
    assert [coins(v) for v in viewers] == [1000, 800, 1000]
    private.refresh_from_db()
    assert private.outcome == "refunded"
    assert set(ExclusiveGoalPair.objects.values_list("user_id", flat=True)) == {viewers[1].pk}
    with pytest.raises(ExclusiveInProgress):
        invite(session, viewers[2])
    with pytest.raises(StageTaken):
        make_funding(session)


def test_nothing_else_begins_while_tickets_are_on_sale(moving, session):
    viewer = make_user(coins=1000)
    waiting = invite(session, viewer)
    make_funding(session)
    with pytest.raises(ShowInProgress):
        invite(session, make_user(coins=1000))
    with pytest.raises(StageTaken):
        agree(waiting)


def test_a_session_that_ends_accounts_for_goals_of_all_types(moving, session):
    from goals.services import creation

    viewers = [make_user(coins=1000) for _ in range(2)]
    karaoke_goal = creation.create_karaoke_goal(
        streamer_id=session.streamer_id,
        session_id=session.id,
        levels=[{"title": "One", "target": 10}, {"title": "Two", "target": 30}],
        nbf=None,
        now=clock.now(),
    )
    private = invite(session, viewers[0])
    exclusive = invite(session, viewers[1], kind=GoalType.TRIGGER_EXCLUSIVE)
    funding = make_funding(session, target=1000)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    run_due()
    for goal in (karaoke_goal, private, exclusive, funding):
        goal.refresh_from_db()
    assert [g.outcome for g in (karaoke_goal, private, exclusive, funding)] == [
        "cancelled",
        "refunded",
        "refunded",
        "refunded",
    ]
    assert [coins(v) for v in viewers] == [1000, 1000]
    assert not Escrow.objects.filter(settled_at=None).exists()


def test_karaoke_completes_a_level_a_song(moving, session):
    from goals.services import creation
    from tests.support.matrix import events_of_goal

    goal = creation.create_karaoke_goal(
        streamer_id=session.streamer_id,
        session_id=session.id,
        levels=[{"title": "One", "target": 10}, {"title": "Two", "target": 30}],
        nbf=None,
        now=clock.now(),
    )
    go_on_stage(goal)
    pass_time(moving, seconds=10 + PATIENCE)
    goal.refresh_from_db()
    assert (goal.level, goal.progress, goal.state) == (1, 10, "active")
    pass_time(moving, seconds=20)
    goal.refresh_from_db()
    assert (goal.level, goal.progress, goal.outcome) == (2, 30, "completed")
    assert events_of_goal(goal.id).count("goal.completed") == 2
    assert Goal.objects.get(pk=goal.id).ended_at == clock.now()
