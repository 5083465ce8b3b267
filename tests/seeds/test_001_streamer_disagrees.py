"""Seed 001: the streamer declines a 1-on-1."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.models import ExclusiveGoalPair
from goals.types import GoalType
from livestream import clock
from livestream.events import registry
from livestream.events.contracts import GOAL_ENDED
from livestream.models import OutboxMessage, ViewVersion
from notifications.models import Push
from tests.support.clients import client_of
from tests.support.endings import offering_session
from tests.support.invitations import disagree, invite
from tests.support.matrix import last_event, receivers_of
from tests.support.outbox import assert_enqueued, pass_time, perform, run_due, run_receivers
from tests.support.people import make_user
from wallet.models import Escrow, Transfer
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

COOLDOWN = 77
ACTED = {
    "track_goals",
    "set_embedded_goal_ended",
    "notify_goal_ended",
    "trigger_exclusive_goal_escrow_refund",
    "cleanup_expired_exclusive_goal_pairs",
    "invalidate_cached_pusher_channel_data",
}
RETURNED = {
    "trigger_show_escrow_refund",
    "handle_trigger_private_goal_escrow",
    "snapshot_rtc_sources",
    "notify_stream_authorized_for_agreed_trigger_goal",
    "sync_trigger_goal_session_viewer",
}
# Not in the notes: receivers that the specification adds, of other types of goals.
ADDED_SINCE = {
    "notify_stream_authorized_for_ended_exclusive_goal",
    "trigger_exclusive_on_close_notification",
    "record_show_with_rtc",
    "plan_show_start",
    "notify_ticket_holders",
}


@pytest.fixture(autouse=True)
def _cooldown(settings):
    settings.TRIGGER_EXCLUSIVE_COOLDOWN = COOLDOWN


@pytest.fixture
def viewer(moving):
    return make_user(coins=1000)


@pytest.fixture
def goal(viewer):
    """An invitation to a 1-on-1, with all that followed it."""
    goal = invite(offering_session(), viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    run_due()
    return goal


def decline(goal):
    """Decline as the streamer's client does, and do nothing of what follows."""
    client = client_of(goal.streamer, HTTP_X_CLIENT_ID="studio-7")
    response = client.delete(f"/goals/{goal.id}", {"agree": False}, format="json")
    assert response.status_code == 200
    goal.refresh_from_db()
    return goal


def cooldown():
    return clock.now() + timedelta(seconds=COOLDOWN)


def test_these_receivers_act_and_these_return(goal):
    decline(goal)
    assert receivers_of("goal.ended", goal_id=goal.id) == ACTED
    assert {each.name for each in registry.receivers_of(GOAL_ENDED)} - ACTED == RETURNED | ADDED_SINCE


def test_the_goal_ends_now_and_cools_down(moving, goal):
    moving.advance(seconds=5)
    decline(goal)
    assert (goal.active, goal.exp, goal.cooldown_until) == (False, clock.now(), cooldown())


def test_the_event_says_what_the_seed_lists(goal, viewer):
    decline(goal)
    event = last_event("goal.ended", goal_id=goal.id)
    assert (event.type, event.active, event.progress, event.levels) == ("trigger-exclusive", False, 1, ())
    # The notes repeat `exclusive_to` among the conditions; section 3 has it in the context.
    assert event.conditions == {"session_id": goal.session_id}
    assert event.context == {"type": "trigger-exclusive", "exclusive_to": viewer.pk}
    assert (event.exp, event.triggerer) == (clock.now(), "studio-7")
    assert event.metadata == {
        "user_id": goal.streamer_id,
        "triggered_by": viewer.pk,
        "prepaid_duration": 120,
        "cooldown": clock.to_epoch(cooldown()),
    }


def test_the_entry_of_the_session_is_stamped_and_the_token_view_dropped(goal, viewer):
    decline(goal)
    pair = goal.session.exclusive_goal_pairs.get(user=viewer)
    assert pair.trigger_exclusive_goal_ended == clock.now()
    assert pair.trigger_exclusive_goal_cooldown == cooldown()
    assert pair.trigger_exclusive_goal_agreed is None
    assert ViewVersion.objects.filter(pk=f"session-token:{goal.session_id}").exists()


def test_the_audience_the_streamer_and_the_viewer_are_told(goal, viewer):
    Push.objects.all().delete()
    decline(goal)
    run_receivers()
    streamer = goal.streamer_id
    told = {tuple(push.channels): push.data for push in Push.objects.filter(event="goal.ended")}
    assert set(told) == {
        (f"private-stream@{streamer}", f"presence-stream@{streamer}"),
        (f"private-user@{streamer}",),
        (f"private-user@{viewer.pk}",),
    }
    assert {data["goal"]["outcome"] for data in told.values()} == {"refunded"}


def test_the_refund_is_linked_to_a_check_at_exp(goal, viewer):
    OutboxMessage.objects.all().delete()
    decline(goal)
    run_receivers()
    check = assert_enqueued("check_trigger_exclusive_goal_refundable", at=goal.exp, goal_id=goal.id)
    perform(check.id)
    refund = assert_enqueued("escrow_refund", at=clock.now(), escrow_id=f"trigger_exclusive:{goal.id}")
    assert balance_of(user_id=viewer.pk) == 800
    perform(refund.id)
    run_due()
    assert balance_of(user_id=viewer.pk) == 1000
    assert Escrow.objects.get(pk=f"trigger_exclusive:{goal.id}").state == "refunded"
    assert Transfer.objects.get(kind="refund").transfer_id == f"refund-trigger_exclusive:{goal.id}-{viewer.pk}"


def test_the_check_that_payment_had_planned_finds_nothing_left_to_do(moving, goal, viewer):
    planned = assert_enqueued("check_trigger_exclusive_goal_refundable", at=goal.exp, goal_id=goal.id)
    decline(goal)
    pass_time(moving, seconds=(planned.eta - moving.at).total_seconds())
    assert balance_of(user_id=viewer.pk) == 1000
    assert Transfer.objects.filter(kind="refund").count() == 1


def test_other_invitations_wait_on_for_their_answer(goal):
    # The notes unset them and leave their money behind; section 4 does not.
    other, rival = invite(goal.session, make_user(coins=200), kind=GoalType.TRIGGER_EXCLUSIVE), goal
    disagree(rival)
    run_due()
    other.refresh_from_db()
    assert other.state == "active"
    assert set(ExclusiveGoalPair.objects.values_list("trigger_exclusive_goal", flat=True)) == {goal.id, other.id}


def test_a_pair_is_dropped_once_its_cooldown_is_over(moving, goal):
    other = invite(goal.session, make_user(coins=200), kind=GoalType.TRIGGER_EXCLUSIVE, seconds=500)
    decline(goal)
    pass_time(moving, seconds=COOLDOWN)
    disagree(other)
    run_due()
    assert list(ExclusiveGoalPair.objects.values_list("trigger_exclusive_goal", flat=True)) == [other.id]


@pytest.mark.parametrize("kind", ["private-user@", "private-enc-user@", "private-stream@", "private-enc-stream@"])
def test_these_snapshots_are_invalidated(goal, kind):
    def goals_shown():
        answer = client_of(goal.streamer).get(f"/notify/channels/{kind}{goal.streamer_id}")
        return [shown["id"] for shown in answer.json()["goals"]]

    assert goals_shown() == [goal.id]
    decline(goal)
    run_due()
    assert goals_shown() == []
