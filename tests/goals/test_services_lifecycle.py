"""A goal starts once and ends once, whoever asks and however late (spec section 2)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from goals.endings import EndedBecause
from goals.errors import GoalNotActive, GoalNotFound, NotYourGoal
from goals.models import Goal
from goals.services import lifecycle
from livestream import clock, ids
from livestream.models import EventRecord
from sessions_app.services import ending
from tests.goals.stories import quick_show, sold_out
from tests.support.matrix import events_of_goal, last_event
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy
from tests.support.stage import go_on_stage
from tests.support.threads import at_once
from wallet.models import Escrow

pytestmark = pytest.mark.django_db


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def activate(goal):
    return lifecycle.activate_goal(goal_id=goal.id, now=clock.now())


def deactivate(goal, because=EndedBecause.SESSION_ENDED, triggerer=None):
    return lifecycle.deactivate_goal(goal_id=goal.id, because=because, triggerer=triggerer, now=clock.now())


def cancel(goal, caller_id, triggerer=""):
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=caller_id, triggerer=triggerer, now=clock.now())


def read(goal):
    return Goal.objects.get(pk=goal.pk)


def test_a_scheduled_goal_is_not_started_before_its_time(session, moving):
    show = quick_show(session, nbf=in_seconds(60))
    moving.advance(seconds=59.999)
    assert not activate(show)
    assert read(show).state == "scheduled"


def test_a_goal_is_started_once_and_counts_from_its_nbf_however_late(session, moving):
    show = quick_show(session, nbf=in_seconds(60))
    moving.advance(seconds=90)
    assert (activate(show), activate(show)) == (True, False)
    assert (read(show).state, read(show).started_at) == ("active", show.nbf)
    assert events_of_goal(show.id).count("goal.started") == 1


def test_a_goal_whose_session_is_over_is_ended_and_not_started(session, moving):
    show = quick_show(session, nbf=in_seconds(60))
    ending.deactivate_session(session_id=session.id, now=clock.now())
    moving.advance(seconds=60)
    assert not activate(show)
    assert (read(show).state, read(show).outcome) == ("ended", "refunded")
    assert "goal.started" not in events_of_goal(show.id)


def test_a_goal_that_ended_while_it_was_scheduled_is_not_started(session, moving):
    show = quick_show(session, nbf=in_seconds(60))
    assert deactivate(show)
    moving.advance(seconds=60)
    assert not activate(show)
    assert read(show).state == "ended"


def test_ending_tells_once_who_did_it(session):
    funding = make_funding(session)
    assert (deactivate(funding, triggerer="studio"), deactivate(funding, triggerer="app")) == (True, False)
    event = last_event("goal.ended", goal_id=funding.id)
    assert (event.triggerer, event.active, event.outcome, event.exp) == ("studio", False, "refunded", clock.now())
    assert events_of_goal(funding.id).count("goal.ended") == 1
    assert EventRecord.objects.get(name="goal.ended").triggerer == "studio"


@pytest.mark.parametrize(("passed", "exp"), [(10, 10), (100, 100), (150, 100)])
def test_exp_is_the_earlier_of_exp_and_now(session, moving, passed, exp):
    begun, funding = clock.now(), make_funding(session, seconds=100)
    moving.advance(seconds=passed)
    assert deactivate(funding)
    assert read(funding).exp == begun + timedelta(seconds=exp)
    assert read(funding).ended_at == clock.now()


def test_a_show_without_exp_gets_one_when_it_ends(session, moving):
    show = quick_show(session)
    moving.advance(seconds=5)
    deactivate(show)
    assert read(show).exp == clock.now()


@pytest.mark.parametrize(("because", "outcome"), [("session_ended", "refunded"), ("cancelled", "cancelled")])
def test_an_unreached_goal_ends_refunded_or_cancelled(session, because, outcome):
    funding = make_funding(session)
    deactivate(funding, EndedBecause(because))
    goal, event = read(funding), last_event("goal.ended")
    assert goal.outcome == event.outcome == outcome
    assert goal.ended_because == event.ended_because == because


def test_a_reached_goal_ends_completed_and_is_stamped_on_its_session(session, moving):
    show = quick_show(session, target=60)
    go_on_stage(show)
    moving.advance(seconds=600)
    assert not deactivate(show, EndedBecause.CANCELLED)  # completing it was what ended it
    assert read(show).outcome == "completed"
    assert session.show_goal_pairs.get().show_ended == clock.now()
    assert events_of_goal(show.id)[-3:] == ["goal.progressed", "goal.completed", "goal.ended"]


def test_the_stamp_of_an_ending_stays(session, moving):
    funding, ended_at = sold_out(session), clock.now()
    moving.advance(seconds=5)
    deactivate(funding)
    assert session.show_goal_pairs.get().funding_ended == ended_at


@pytest.mark.parametrize(
    "act", [lifecycle.activate_goal, partial(lifecycle.deactivate_goal, because=EndedBecause.SESSION_ENDED)]
)
def test_an_unknown_goal_is_an_error(moving, act):
    with pytest.raises(GoalNotFound):
        act(goal_id=ids.new_id(), now=clock.now())


def test_a_due_goal_is_ended_only_once_it_is_due(session, moving):
    funding = make_funding(session, seconds=100)
    due = {"goal_id": funding.id}
    assert not lifecycle.deactivate_goal(**due, because=EndedBecause.EXPIRED, now=in_seconds(99))
    Goal.objects.filter(pk=funding.pk).update(exp=in_seconds(200))
    assert not lifecycle.deactivate_goal(**due, because=EndedBecause.EXPIRED, now=in_seconds(100))
    assert lifecycle.deactivate_goal(**due, because=EndedBecause.EXPIRED, now=in_seconds(200))
    assert not lifecycle.deactivate_goal(**due, because=EndedBecause.EXPIRED, now=in_seconds(200))


def test_a_cancelling_is_for_the_streamer_and_for_once(session, viewer):
    funding = make_funding(session)
    for other in (viewer.pk, make_user(is_staff=True).pk):
        with pytest.raises(NotYourGoal):
            cancel(funding, other)
    assert read(funding).active
    cancel(funding, session.streamer_id, triggerer="studio")
    assert last_event("goal.ended").triggerer == "studio"
    with pytest.raises(GoalNotActive):
        cancel(funding, session.streamer_id)
    with pytest.raises(GoalNotFound):
        cancel(Goal(), session.streamer_id)


def test_nothing_is_left_to_do_for_a_goal_that_ended(session, moving, viewer):
    buy(make_funding(session, seconds=100), viewer)
    pass_time(moving, seconds=101)
    assert pending_actors() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reached", [True, False])
def test_of_many_who_end_a_goal_at_once_one_does(moving, reached):
    funding = make_funding(make_session(), target=400)
    buy(funding, make_user(coins=400), 2 if reached else 1)
    did_it = at_once(*[lambda: deactivate(funding)] * 6)
    assert sorted(did_it) == [False] * (6 if reached else 5) + [True] * (0 if reached else 1)
    assert events_of_goal(funding.id).count("goal.ended") == 1
    assert events_of_goal(funding.id).count("goal.completed") == int(reached)
    run_due()
    assert Escrow.objects.get(pk=funding.escrow_id).state == ("open" if reached else "refunded")
