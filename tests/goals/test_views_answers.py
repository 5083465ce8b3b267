"""Answering an invitation over HTTP: DELETE /goals/{id} with `agree` (seed 001, spec section 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import lifecycle
from goals.types import GoalType
from livestream import clock, ids
from tests.support.clients import client_of, said
from tests.support.endings import make_karaoke, offering_session
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_user
from tests.support.shows import running_show
from tests.support.unchanged import nothing_changes
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

KINDS = [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE]


@pytest.fixture
def session(moving):
    return offering_session()


@pytest.fixture(params=KINDS, ids=["private", "exclusive"])
def goal(request, session, viewer):
    """An invitation of each kind."""
    return invite(session, viewer, kind=request.param)


def answer(goal, by=None, **body):
    """Answer as the goal's streamer, where nobody else is named."""
    client = client_of(by or goal.streamer)
    return client.delete(f"/goals/{goal.id}", body, format="json")


def test_agreeing_to_a_private_show_lets_it_run_for_the_prepaid_time(moving, session, viewer):
    goal = invite(session, viewer)
    moving.advance(seconds=7)
    agreed = answer(goal, agree=True)
    now = clock.to_epoch(clock.now())
    assert agreed.status_code == 200
    assert (agreed.json()["state"], agreed.json()["exp"]) == ("active", now + 120)
    assert agreed.json()["metadata"]["goal_agreed"] == now
    shown = client_of(viewer).get(f"/sessions/{session.id}").json()
    assert shown["preset"] == "private"
    [entry] = shown["trigger_private_goals"]
    assert entry == {"goal": goal.id, "goal_agreed": now, "goal_ended": None, "goal_cooldown": None}


def test_agreeing_to_a_1_on_1_makes_it(session, viewer):
    trigger = invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    agreed = answer(trigger, agree=True).json()
    goal = Goal.objects.get(type="exclusive")
    assert (agreed["state"], agreed["outcome"]) == ("ended", "agreed")
    assert agreed["context"]["exclusive_goal_id"] == goal.id
    made = client_of(viewer).get(f"/goals/{goal.id}").json()
    assert (made["state"], made["unit"], made["progress"]) == ("active", "seconds", 0)
    assert made["levels"] == [{"title": "exclusive", "target": 120}]
    to_whom = {"exclusive_to": viewer.pk, "exclusive_to_name": viewer.username}
    assert made["context"] == {"type": "exclusive", "trigger_goal_id": trigger.id, **to_whom}
    now = clock.to_epoch(clock.now())
    assert client_of(viewer).get(f"/sessions/{session.id}").json()["exclusive_goal_pairs"] == {
        viewer.pk: {
            "user_name": viewer.username,
            "trigger_exclusive_goal": trigger.id,
            "trigger_exclusive_goal_agreed": now,
            "trigger_exclusive_goal_ended": now,
            "trigger_exclusive_goal_cooldown": None,
            "exclusive_goal": goal.id,
            "exclusive_goal_ended": None,
        }
    }


def test_declining_ends_it_gives_the_coins_back_and_cools_down(goal, viewer):
    declined = answer(goal, agree=False)
    assert (declined.status_code, declined.json()["outcome"]) == (200, "refunded")
    assert declined.json()["metadata"]["cooldown"] == clock.to_epoch(clock.now()) + 300
    run_due()
    assert balance_of(user_id=viewer.pk) == 1000


def test_agreeing_again_changes_nothing(goal):
    answer(goal, agree=True)
    with nothing_changes():
        assert answer(goal, agree=True).status_code == 200


def test_what_was_agreed_to_cannot_be_declined(goal):
    agree(goal)
    with nothing_changes():
        assert said(answer(goal, agree=False)) == (409, "already_agreed")


@pytest.mark.parametrize("agreeing", [True, False])
def test_what_was_declined_cannot_be_answered_again(goal, agreeing):
    disagree(goal)
    with nothing_changes():
        assert said(answer(goal, agree=agreeing)) == (409, "goal_not_active")


def test_nobody_agrees_after_exp_even_where_its_task_is_late(moving, goal):
    moving.move_to(goal.exp)
    with nothing_changes():
        assert said(answer(goal, agree=True)) == (409, "goal_not_active")


@pytest.mark.parametrize("agreeing", [True, False])
def test_nobody_answers_what_is_over(moving, goal, agreeing):
    pass_time(moving, seconds=121)
    with nothing_changes():
        assert said(answer(goal, agree=agreeing)) == (409, "goal_not_active")


def test_an_invitation_is_answered_and_not_just_ended(goal):
    with nothing_changes():
        assert said(answer(goal)) == (422, "agree_required")


@pytest.mark.parametrize("agreeing", [{"agree": True}, {"agree": False}, {}])
def test_only_the_streamer_answers(goal, viewer, agreeing):
    inviting = [viewer] if agreeing else []  # without an answer, whoever invited takes it back
    for other in (*inviting, make_user(), make_user(is_staff=True), offering_session().streamer):
        with nothing_changes():
            assert said(answer(goal, by=other, **agreeing)) == (403, "not_your_goal")


def test_whoever_invited_takes_back_an_unanswered_invitation_and_no_other(goal, viewer):
    assert answer(goal, by=viewer).json()["ended_because"] == "withdrawn"
    run_due()
    assert balance_of(user_id=viewer.pk) == 1000
    with nothing_changes():
        assert said(answer(goal, by=viewer)) == (409, "goal_not_active")


@pytest.mark.parametrize("agreeing", [True, False])
def test_nothing_else_can_be_agreed_to(moving, session, viewer, agreeing):
    one_on_one = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    show = running_show(moving)
    for goal in (one_on_one, show, show.funding_goal, make_karaoke(session), make_funding(offering_session())):
        with nothing_changes():
            assert said(answer(goal, agree=agreeing)) == (422, "agree_not_allowed")


@pytest.mark.parametrize("value", [None, 0, 1, "true", "no", "", [], {}])
def test_agree_is_true_or_false(goal, value):
    with nothing_changes():
        response = answer(goal, agree=value)
    assert said(response) == (400, "validation_error")
    assert [each["pointer"] for each in response.json()["errors"]] == ["/agree"]


def test_an_unknown_goal_and_an_unknown_member_are_named(goal):
    with nothing_changes():
        assert said(answer(goal, agree=True, duration=5)) == (400, "validation_error")
        unknown = Goal(id=ids.new_id(), streamer=goal.streamer)
        assert said(answer(unknown, agree=True)) == (404, "goal_not_found")


def tickets_are_on_sale(session):
    make_funding(session)


def a_private_show_runs(session):
    agree(invite(session, make_user(coins=500)))


def a_1_on_1_runs(session):
    agree(invite(session, make_user(coins=500), kind=GoalType.TRIGGER_EXCLUSIVE))


@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        (GoalType.TRIGGER_PRIVATE, tickets_are_on_sale),
        (GoalType.TRIGGER_PRIVATE, a_1_on_1_runs),
        (GoalType.TRIGGER_EXCLUSIVE, tickets_are_on_sale),
        (GoalType.TRIGGER_EXCLUSIVE, a_private_show_runs),
        (GoalType.TRIGGER_EXCLUSIVE, a_1_on_1_runs),
    ],
)
def test_one_thing_at_a_time_has_the_stage(session, viewer, kind, begin):
    goal = invite(session, viewer, kind=kind)
    begin(session)
    with nothing_changes():
        assert said(answer(goal, agree=True)) == (409, "stage_taken")


def test_a_streamer_ends_a_1_on_1_without_an_answer(session, viewer):
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    ended = answer(goal)
    assert (ended.status_code, ended.json()["outcome"]) == (200, "refunded")
    with nothing_changes():
        assert said(answer(goal)) == (409, "goal_not_active")


def test_who_ended_it_is_kept_as_the_calling_app(goal):
    client = client_of(goal.streamer, HTTP_X_CLIENT_ID="studio-7")
    client.delete(f"/goals/{goal.id}", {"agree": False}, format="json")
    assert (
        lifecycle.deactivate_goal(
            goal_id=goal.id, because=EndedBecause.SESSION_ENDED, now=clock.now() + timedelta(seconds=1)
        )
        is False
    )
    events = client.get(f"/goals/{goal.id}/events").json()["results"]
    assert [each["triggerer"] for each in events if each["name"] == "goal.ended"] == ["studio-7"]
