"""Seed 000: delete a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.models import Goal
from goals.types import GoalType
from livestream import clock
from sessions_app.services import ending
from tests.support.endings import full_house, offering_session, perform
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.matrix import last_event, receivers_of
from tests.support.outbox import assert_enqueued, pass_time, pending_actors, run_due, run_receivers
from tests.support.people import make_funding, make_session, make_source, make_user
from tests.support.shows import buy, reached_funding, running_show
from tests.support.stage import come_online, go_on_stage
from wallet.models import Escrow
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

ENDED = {
    "generate_livestream_feed",
    "notify_viewers_livestream_online",
    "track_session_status",
    "deactivate_goals_in_session",
    "close_sales_of_session",  # of our own: from this commit on no ticket is sold
    "invalidate_cached_pusher_channel_data",
}


def end(session):
    return ending.deactivate_session(session_id=session.id, now=clock.now())


def test_these_receivers_act_on_session_ended(moving):
    session = make_session()
    assert end(session)
    assert receivers_of("session.ended", session_id=session.id) == ENDED


def test_the_session_is_stamped_and_its_end_told_once(moving):
    session = make_session()
    assert (end(session), end(session)) == (True, False)
    session.refresh_from_db()
    assert (session.active, session.ended_at) == (False, clock.now())
    event = last_event("session.ended", session_id=session.id)
    assert (event.streamer_id, event.preset, event.price) == (session.streamer_id, "public", {"sd": 60})


def test_the_pairs_are_told_with_the_end(moving):
    show = running_show(moving)
    end(show.session)
    [pair] = last_event("session.ended", session_id=show.session_id).show_goal_pairs
    assert (pair["funding_goal"], pair["show_goal"]) == (show.funding_goal_id, show.id)


def test_a_streamer_on_byteplus_is_banned_from_the_room(moving):
    session = make_session()
    make_source(user_id=session.streamer_id, provider="byteplus", now=clock.now())
    end(session)
    assert_enqueued("BanRoomUser", user_id=session.streamer_id, session_id=session.id)


def test_a_show_is_ended_five_minutes_later(moving):
    show = running_show(moving)
    end(show.session)
    run_due()
    later = clock.now() + timedelta(seconds=settings.SHOW_END_GRACE)
    assert_enqueued("deactivate_goal", at=later, goal_id=show.id)
    show.refresh_from_db()
    assert show.state == "active"


def test_a_ticket_sale_is_ended_at_once_and_given_back(moving):
    funding, viewer = make_funding(make_session(), target=1000), make_user(coins=500)
    buy(funding, viewer)
    end(funding.session)
    run_due()
    funding.refresh_from_db()
    assert (funding.state, funding.outcome, balance_of(user_id=viewer.pk)) == ("ended", "refunded", 500)


@pytest.mark.parametrize("has_show", [True, False])
def test_a_reached_sale_is_given_back_only_without_a_show(moving, has_show):
    if has_show:
        show = running_show(moving)
        funding, session = show.funding_goal, show.session
    else:
        funding = reached_funding(moving)
        session = funding.session
    end(session)
    run_due()
    funding.refresh_from_db()
    assert funding.outcome == ("completed" if has_show else "refunded")


def test_tickets_that_reach_the_target_just_before_the_end_are_not_stranded(moving):
    funding, viewer = make_funding(make_session(), target=400), make_user(coins=500)
    buy(funding, viewer, 2)  # not counted yet when the session ends
    end(funding.session)
    run_due(sweeps=False)
    assert balance_of(user_id=viewer.pk) == 500


def goals_of(session):
    """Return the session's goals that have not ended, and what became of the others."""
    goals = Goal.objects.filter(session=session).exclude(show_goal__isnull=False)  # the show stands for its sale
    rows = goals.values_list("type", "ended_at", "outcome")
    left = sorted(goal_type for goal_type, ended_at, _ in rows if ended_at is None)
    return left, {goal_type: outcome for goal_type, ended_at, outcome in rows if ended_at}


def test_goals_of_each_type_are_ended_now_and_shows_five_minutes_later(moving):
    session, _ = full_house(moving)
    active = {goal.id: goal.type for goal in Goal.objects.filter(session=session, active=True)}
    assert sorted(active.values()) == ["funding", "karaoke", "show", "trigger-exclusive", "trigger-private"]
    end(session)
    run_receivers()
    for goal_id, goal_type in active.items():
        grace = settings.SHOW_END_GRACE if goal_type == "show" else 0
        assert_enqueued("deactivate_goal", at=clock.now() + timedelta(seconds=grace), goal_id=goal_id)


def test_the_money_of_each_type_is_accounted_for(moving):
    session, viewers = full_house(moving)
    end(session)
    run_due()
    of_all_but_the_show = {"karaoke": "cancelled", "trigger-private": "refunded", "trigger-exclusive": "refunded"}
    assert goals_of(session) == (["show"], {**of_all_but_the_show, "funding": "refunded"})
    assert [balance_of(user_id=viewer.pk) for viewer in viewers] == [1000, 1000, 800]

    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    assert goals_of(session)[0] == []
    assert [balance_of(user_id=viewer.pk) for viewer in viewers] == [1000, 1000, 1000]
    assert set(Escrow.objects.values_list("state", flat=True)) == {"refunded"}
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT)
    assert (verify_ledger(), pending_actors()) == ([], [])


@pytest.mark.parametrize(("seconds", "outcome", "paid"), [(10, "split", 10), (0, "refunded", 0)])
def test_a_private_show_is_paid_for_as_far_as_it_was_performed(moving, seconds, outcome, paid):
    viewer = make_user(coins=1000)
    goal = agree(invite(offering_session(), viewer))
    come_online(goal.streamer_id)
    pass_time(moving, seconds=seconds)
    end(goal.session)
    pass_time(moving, seconds=120)  # still in their stream, which counts for nothing any more
    assert goals_of(goal.session) == ([], {"trigger-private": outcome})
    assert (balance_of(user_id=viewer.pk), balance_of(user_id=goal.streamer_id)) == (1000 - paid, paid)
    assert verify_ledger() == []


@pytest.mark.parametrize(("seconds", "outcome", "paid"), [(30, "split", 50), (0, "refunded", 0)])
def test_a_1_on_1_is_paid_for_as_far_as_it_was_performed(moving, seconds, outcome, paid):
    viewer = make_user(coins=1000)
    goal = exclusive_of(agree(invite(offering_session(), viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    go_on_stage(goal)
    pass_time(moving, seconds=seconds)
    end(goal.session)
    pass_time(moving, seconds=60)  # still on stage, which counts for nothing any more
    assert goals_of(goal.session) == ([], {"trigger-exclusive": "agreed", "exclusive": outcome})
    assert (balance_of(user_id=viewer.pk), balance_of(user_id=goal.streamer_id)) == (1000 - paid, paid)
    assert verify_ledger() == []


@pytest.mark.parametrize(("came_in_time", "outcome"), [(True, "completed"), (False, "refunded")])
def test_a_show_is_finished_in_the_grace_by_who_was_on_stage_at_the_end(moving, came_in_time, outcome):
    show = running_show(moving, target=100)
    if came_in_time:
        go_on_stage(show)
    end(show.session)
    moving.advance(seconds=1)
    perform(moving, show, seconds=100)
    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    show.refresh_from_db()
    assert show.outcome == outcome
