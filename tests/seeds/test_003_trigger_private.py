"""Seed 003: a viewer invites to a private show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.models import Goal
from livestream import clock, users
from livestream.events import registry
from livestream.events.contracts import GOAL_CREATED
from livestream.models import EventRecord
from notifications.models import Push
from sessions_app.services import ending
from tests.support.clients import client_of, said
from tests.support.endings import offering_session, private_agreed
from tests.support.invitations import disagree, invite
from tests.support.matrix import events_of_goal, last_event, receivers_of
from tests.support.outbox import assert_enqueued, run_due
from tests.support.people import make_funding, make_user
from tests.support.unchanged import nothing_changes
from wallet.models import Escrow, Transfer
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

DURATION = 100
CREATED = {"track_goals", "schedule_lifecycle_tasks", "bind_trigger_private_goal_to_session"}
CREATED_RETURNED = {
    "bind_karaoke_goal_to_session",
    "bind_show_goal_to_funding_goal",
    "bind_show_goals_to_session",
    "bind_exclusive_goal_to_trigger_exclusive_goal",
    "bind_exclusive_goals_to_session",
    "snapshot_rtc_sources",
}
ADDED = {"generate_livestream_feed", "trigger_notify_goal_added", "invalidate_cached_pusher_channel_data"}


@pytest.fixture
def session(moving):
    return offering_session()


@pytest.fixture
def viewer(moving):
    return make_user(coins=1000)


def at(*, seconds):
    """Return the whole second that clients name, `seconds` from now."""
    return (clock.now() + timedelta(seconds=seconds)).replace(microsecond=0)


def press(session, viewer, *, seconds=120):
    """Invite as a viewer's client does."""
    body = {"exp": clock.to_epoch(at(seconds=seconds)), "duration": DURATION}
    return client_of(viewer).post(f"/sessions/{session.id}/trigger_private", body, format="json")


def invited(session, viewer):
    response = press(session, viewer)
    assert response.status_code == 202
    return Goal.objects.get(pk=response.json()["id"])


def test_these_receivers_act_and_these_return(session, viewer):
    goal = invited(session, viewer)
    assert receivers_of("goal.created", goal_id=goal.id) == CREATED
    assert {each.name for each in registry.receivers_of(GOAL_CREATED)} - CREATED == CREATED_RETURNED
    assert receivers_of("goal.added", goal_id=goal.id) == ADDED
    assert events_of_goal(goal.id) == ["goal.created", "goal.added", "goal.started", "goal.progressed"]


def test_the_events_say_what_the_seed_lists(session, viewer):
    goal = invited(session, viewer)
    for name in ("goal.created", "goal.added"):
        event = last_event(name, goal_id=goal.id)
        assert (event.type, event.active, event.levels, event.nbf) == ("trigger-private", True, (), None)
        assert event.exp == goal.exp == at(seconds=120)
        assert event.conditions == {"session_id": session.id}
        assert event.context == {"type": "trigger-private"}
        assert event.metadata == {
            "user_id": session.streamer_id,
            "triggered_by": viewer.pk,
            "prepaid_duration": DURATION,
        }
        stored = EventRecord.objects.get(name=name, goal_id=goal.id).payload
        assert (stored["session_id"], stored["streamer_id"]) == (session.id, session.streamer_id)


def test_it_is_pushed_onto_the_session_and_ends_at_exp(session, viewer):
    goal = invited(session, viewer)
    assert list(session.trigger_private_goals.values_list("goal", flat=True)) == [goal.id]
    assert_enqueued("deactivate_goal", at=goal.exp, goal_id=goal.id)


def test_the_payment_waits_in_escrow_under_the_names_of_the_seed(session, viewer):
    goal = invited(session, viewer)
    paid = Transfer.objects.get(kind="hold")
    assert paid.transfer_id == f"session:trigger-private:{goal.id}:{viewer.pk}"
    assert (paid.debit_id, paid.credit_id) == (viewer.pk, f"trigger_private:{goal.id}")
    assert (paid.amount, balance_of(user_id=viewer.pk)) == (session.get_price("sd", DURATION), 900)
    assert paid.tags == [f"swag::livestream.session:{session.id}.trigger_private:{goal.id}"]
    escrow = Escrow.objects.get(pk=f"trigger_private:{goal.id}")
    assert (escrow.user_id, escrow.state, escrow.received) == (session.streamer_id, "open", 100)


def test_a_part_of_a_coin_is_a_coin(session, viewer):
    session.prices = {"sd": 61}
    session.save()
    assert invited(session, viewer).price == 102  # of 101.67


def test_an_ongoing_invitation_is_joined_and_not_made_twice(session, viewer):
    goal, other = invited(session, viewer), make_user(coins=100)
    assert invited(session, other).id == goal.id
    assert {each.transfer_id for each in Transfer.objects.filter(kind="hold")} == {
        f"session:trigger-private:{goal.id}:{payer.pk}" for payer in (viewer, other)
    }
    assert events_of_goal(goal.id).count("goal.created") == 1
    assert Goal.objects.get().progress == 1


def test_the_audience_and_the_parties_are_told(session, viewer):
    goal = invited(session, viewer)
    run_due()
    told = {channel for push in Push.objects.filter(event="goal.added", subject=goal.id) for channel in push.channels}
    streamer = session.streamer_id
    assert told == {
        f"presence-stream@{streamer}",
        f"private-stream@{streamer}",
        f"private-user@{streamer}",
        f"private-user@{viewer.pk}",
    }


def is_over(session, viewer):
    ending.deactivate_session(session_id=session.id, now=clock.now())


def has_blocked_the_viewer(session, viewer):
    users.block(streamer_id=session.streamer_id, user_id=viewer.pk, now=clock.now())


def offers_no_sd(session, viewer):
    session.prices = {"exclusive": 100}
    session.save(update_fields=["prices"])


def sells_tickets(session, viewer):
    make_funding(session)


def cools_down(session, viewer):
    disagree(invite(session, make_user(coins=1000)))


def costs_too_much(session, viewer):
    invite(offering_session(), viewer, duration=901)  # leaves 99 coins


# In the order in which they are checked: where all of the rest hold as well, the first one answers.
CHECKS = [
    (is_over, 409, "session_not_active"),
    (has_blocked_the_viewer, 403, "blocked_by_streamer"),
    (offers_no_sd, 403, "quality_not_offered"),
    (sells_tickets, 403, "show_in_progress"),
    (cools_down, 429, "livestream_trigger_quota_exceeded"),
    (costs_too_much, 403, "insufficient_balance"),
]


@pytest.mark.parametrize("place", range(len(CHECKS)), ids=[check.__name__ for check, _, _ in CHECKS])
def test_the_first_check_that_fails_answers_and_nothing_happens(session, viewer, place):
    for hold, _, _ in reversed(CHECKS[place:]):
        hold(session, viewer)
    with nothing_changes():
        response = press(session, viewer)
    assert said(response) == CHECKS[place][1:]


def test_after_a_refusal_nobody_asks_again_until_the_cooldown_is_over(moving, session, viewer, settings):
    settings.TRIGGER_PRIVATE_COOLDOWN = 77
    goal = invited(session, viewer)
    disagree(goal)
    moving.advance(seconds=10.5)
    response = press(session, make_user(coins=1000))
    assert said(response) == (429, "livestream_trigger_quota_exceeded")
    assert response.headers["Retry-After"] == "67"
    moving.advance(seconds=66.5)
    assert invited(session, viewer).id != goal.id


def test_an_agreed_private_show_cools_nothing_down(moving, session, viewer):
    goal = private_agreed(moving)
    assert goal.cooldown_until is None
    assert invited(goal.session, viewer).id != goal.id
