"""DELETE /goals/{id} without `agree`: a payer takes an invitation back, the streamer ends what runs."""

from __future__ import annotations

import pytest

from goals.models import Goal
from goals.types import GoalType
from livestream import clock
from tests.support.clients import client_of, said
from tests.support.endings import offering_session
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_user
from tests.support.shows import buy
from tests.support.stage import come_online, go_on_stage
from tests.support.unchanged import nothing_changes
from wallet.models import Escrow, Transfer
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

KINDS = [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE]
both_kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def session(moving):
    session = offering_session()
    come_online(session.streamer_id)
    return session


def delete(goal, user, body=None):
    return client_of(user).delete(f"/goals/{goal.id}", body, format="json")


def coins(*users):
    return [balance_of(user_id=user.pk) for user in users]


@both_kinds
@pytest.mark.parametrize("body", [None, {}])
def test_who_invited_takes_the_unanswered_invitation_back(moving, session, viewer, kind, body):
    goal = invite(session, viewer, kind=kind)
    response = delete(goal, viewer, body)
    assert response.status_code == 200
    told = response.json()
    assert (told["state"], told["ended_because"], told["outcome"]) == ("ended", "withdrawn", "refunded")
    assert "cooldown" not in told["metadata"]
    assert coins(viewer) == [1000]  # at once, and not when a worker comes to it
    run_due()
    assert (coins(viewer, session.streamer), verify_ledger()) == ([1000, 0], [])
    assert Escrow.objects.get().state == "refunded"
    assert invite(session, viewer, kind=kind).id != goal.id  # no cooldown


def test_the_others_go_on_without_whoever_leaves(moving, session, viewer):
    other = make_user(coins=1000)
    goal = invite(session, viewer, duration=120)
    invite(session, other, duration=60)
    assert delete(goal, viewer).json()["state"] == "active"
    assert coins(viewer, other) == [1000, 940]
    agree(goal)
    assert Goal.objects.get(pk=goal.id).target == 60
    pass_time(moving, seconds=70)
    assert (coins(viewer, other, session.streamer), verify_ledger()) == ([1000, 940, 60], [])


def test_who_left_may_come_back_under_another_name(moving, session, viewer):
    other = make_user(coins=1000)
    goal = invite(session, viewer, duration=60)
    invite(session, other, duration=60)
    delete(goal, viewer)
    assert said(delete(goal, viewer)) == (403, "not_your_goal")
    invite(session, viewer, duration=60)
    assert coins(viewer) == [940]
    assert Transfer.objects.filter(pk=f"session:trigger-private:{goal.id}:{viewer.pk}:2").exists()


@both_kinds
def test_a_stranger_takes_nothing_back(session, viewer, kind):
    goal, stranger = invite(session, viewer, kind=kind), make_user()
    with nothing_changes():
        assert said(delete(goal, stranger)) == (403, "not_your_goal")


@both_kinds
def test_after_the_answer_nothing_is_taken_back(moving, session, viewer, kind):
    goal = agree(invite(session, viewer, kind=kind))
    with nothing_changes():
        assert said(delete(goal, viewer)) == (409, "already_agreed")
    if kind is GoalType.TRIGGER_EXCLUSIVE:
        with nothing_changes():
            assert said(delete(exclusive_of(goal), viewer)) == (409, "already_agreed")


@both_kinds
def test_what_was_declined_or_is_over_is_not_taken_back(moving, session, viewer, kind):
    declined = disagree(invite(session, viewer, kind=kind))
    with nothing_changes():
        assert said(delete(declined, viewer)) == (409, "goal_not_active")
    pass_time(moving, seconds=3600)
    over = invite(session, viewer, kind=kind)
    moving.move_to(over.exp)
    with nothing_changes():
        assert said(delete(over, viewer)) == (409, "goal_not_active")


@both_kinds
@pytest.mark.parametrize("agreeing", [True, False])
def test_a_payer_answers_nothing(session, viewer, kind, agreeing):
    goal = invite(session, viewer, kind=kind)
    with nothing_changes():
        assert said(delete(goal, viewer, {"agree": agreeing})) == (403, "not_your_goal")


def test_a_ticket_holder_ends_no_sale(session, viewer):
    funding = make_funding(session, target=1000)
    buy(funding, viewer)
    with nothing_changes():
        assert said(delete(funding, viewer)) == (403, "not_your_goal")


@both_kinds
def test_the_streamer_answers_an_invitation_with_agree(session, viewer, kind):
    goal = invite(session, viewer, kind=kind)
    with nothing_changes():
        assert said(delete(goal, session.streamer)) == (422, "agree_required")


def test_the_streamer_ends_a_private_show_that_runs(moving, session, viewer):
    goal = agree(invite(session, viewer, duration=120))
    pass_time(moving, seconds=30)
    told = delete(goal, session.streamer).json()
    assert (told["ended_because"], told["outcome"]) == ("cancelled", "split")
    run_due()
    assert (coins(viewer, session.streamer), verify_ledger()) == ([970, 30], [])
    assert said(delete(goal, session.streamer)) == (409, "goal_not_active")


def test_the_streamer_ends_a_1_on_1_that_runs(moving, session, viewer):
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE, duration=120)))
    go_on_stage(goal)
    pass_time(moving, seconds=30)
    told = delete(goal, session.streamer).json()
    assert (told["ended_because"], told["outcome"]) == ("cancelled", "split")
    run_due()
    assert (coins(viewer, session.streamer), verify_ledger()) == ([950, 50], [])


def test_agree_ends_no_private_show_that_runs(moving, session, viewer):
    goal = agree(invite(session, viewer))
    with nothing_changes():
        assert said(delete(goal, session.streamer, {"agree": False})) == (409, "already_agreed")
        assert delete(goal, session.streamer, {"agree": True}).status_code == 200
    assert clock.now() < Goal.objects.get(pk=goal.id).exp
