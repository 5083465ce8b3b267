"""A worker is late: what it decides is what would have been decided in time (spec sections 5 and 6)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings

from goals.models import Goal
from livestream import clock, users
from sessions_app.models import Session
from tests.support import leaving
from tests.support.clients import client_of
from tests.support.leaving import COINS, WAYS, coins_of
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_user
from tests.support.realtime import answering
from tests.support.shows import buy
from tests.support.stage import PATIENCE, empty_stream, go_offline, leave_stage
from tests.support.unchanged import nothing_changes
from wallet.errors import EscrowClosed
from wallet.models import Escrow
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

STAGE_CHECK = settings.STAGE_CHECK

RUNNING = (leaving.running_show, leaving.private_show, leaving.private_show_of_two, leaving.one_on_one)
running = pytest.mark.parametrize("make", RUNNING, ids=lambda each: each.__name__)
ways = pytest.mark.parametrize("lose", WAYS, ids=lambda each: each.__name__)
# While the show still runs, and when its end is due before what follows from the loss.
late = pytest.mark.parametrize("seconds", [20, 100])


def finish(moving):
    run_due()
    pass_time(moving, seconds=100)
    for session in Session.objects.filter(active=True):
        client_of(session.streamer).delete(f"/sessions/{session.id}")
    pass_time(moving, seconds=400)
    assert verify_ledger() == []
    assert not Escrow.objects.filter(settled_at=None).exists()


@running
@ways
@late
def test_who_lost_access_pays_until_then(moving, make, lose, seconds):
    scene = make(moving)
    lose(scene)
    moving.advance(seconds=seconds)
    finish(moving)
    assert coins_of(scene.leaver, scene.stayer) == [scene.leaves_with, scene.stays_with]


@running
@late
def test_nobody_pays_for_what_came_after_the_streamers_account_was_closed(moving, make, seconds):
    scene = make(moving)
    users.close_account(user_id=scene.session.streamer_id, now=clock.now())
    moving.advance(seconds=seconds)
    run_due()
    pass_time(moving, seconds=100)
    performed = {leaving.private_show: (15, 0), leaving.private_show_of_two: (15, 15), leaving.one_on_one: (25, 0)}
    left, stayed = performed.get(make, (0, 0))
    assert coins_of(scene.leaver, scene.stayer) == [COINS - left, COINS - stayed]
    assert verify_ledger() == []


def test_a_block_after_the_end_takes_nothing_from_the_streamer(moving):
    scene = leaving.running_show(moving)
    moving.advance(seconds=60)  # of which 50 were left to perform
    leaving.block(scene)
    moving.advance(seconds=60)
    finish(moving)
    assert coins_of(scene.leaver, scene.stayer, scene.session.streamer) == [COINS - 200, COINS - 200, 400]


@pytest.mark.parametrize("past_the_target", [0, 1, PATIENCE, 40])
def test_no_ticket_is_sold_of_a_show_that_was_performed_to_its_end(moving, past_the_target):
    scene = leaving.running_show(moving)
    late = make_user(coins=COINS)
    moving.advance(seconds=50 + past_the_target)
    with nothing_changes(), pytest.raises(EscrowClosed):
        buy(scene.goal.funding_goal, late)


def test_a_late_ticket_is_sold_until_the_target_and_again_where_the_streamer_had_left(moving):
    scene = leaving.running_show(moving)
    first, second = make_user(coins=COINS), make_user(coins=COINS)
    moving.advance(seconds=49)
    buy(scene.goal.funding_goal, first)
    leave_stage(scene.goal)
    moving.advance(seconds=30)
    buy(scene.goal.funding_goal, second)
    assert coins_of(first, second) == [COINS - 200] * 2


@pytest.mark.parametrize("whose", ["streamer", "viewer"])
def test_a_closed_account_neither_sells_nor_buys_before_anything_followed(moving, whose):
    scene = leaving.running_show(moving)
    closing = {"streamer": scene.session.streamer_id, "viewer": scene.stayer.pk}[whose]
    users.close_account(user_id=closing, now=clock.now())
    with nothing_changes(), pytest.raises(EscrowClosed):
        buy(scene.goal.funding_goal, scene.stayer)


def test_a_sale_is_refunded_where_the_streamer_was_closed_before_the_end_of_the_show(moving):
    scene = leaving.running_show(moving)
    users.close_account(user_id=scene.session.streamer_id, now=clock.now())
    moving.advance(seconds=100)
    run_due()
    assert Goal.objects.get(pk=scene.goal.funding_goal_id).outcome == "refunded"
    assert coins_of(scene.leaver, scene.stayer, scene.session.streamer) == [COINS, COINS, 0]


def test_a_leave_that_waits_in_the_inbox_counts_before_an_account_that_is_closed(moving):
    with answering() as server:
        scene = leaving.one_on_one(moving)  # 15 of 60 s for 100 coins
        server.accept(partial(leave_stage, scene.goal, at=clock.now()))
        moving.advance(seconds=40)
        users.close_account(user_id=scene.session.streamer_id, now=clock.now())
        run_due()
    assert coins_of(scene.leaver) == [COINS - 25]


def test_a_show_that_is_called_off_while_its_completion_is_in_doubt_ends_once_it_is_certain(moving):
    scene = leaving.running_show(moving)
    moving.advance(seconds=51)
    assert client_of(scene.session.streamer).delete(f"/goals/{scene.goal.id}").status_code < 300
    assert scene.again().active
    leave_stage(scene.goal, at=clock.now() - timedelta(seconds=10))  # late: the target was not reached
    pass_time(moving, seconds=15)
    assert (scene.again().ended_because, scene.again().outcome) == ("cancelled", "cancelled")
    assert coins_of(scene.leaver, scene.stayer) == [COINS, COINS]


@pytest.mark.parametrize("late", [False, True])
def test_a_block_in_the_patience_after_the_last_second_takes_nothing_back(moving, late):
    scene = leaving.running_show(moving)
    pass_time(moving, seconds=51)
    leaving.block(scene)
    if not late:
        run_due()
    pass_time(moving, seconds=20)
    assert coins_of(scene.leaver, scene.stayer, scene.session.streamer) == [COINS - 200, COINS - 200, 400]


def test_a_late_leave_still_counts_for_who_was_blocked_in_the_patience(moving):
    scene = leaving.private_show(moving)  # 15 of 60 s, for 60 coins
    pass_time(moving, seconds=46)
    leaving.block(scene)
    run_due()
    go_offline(scene.session.streamer_id, at=clock.now() - timedelta(seconds=11))
    pass_time(moving, seconds=20)
    assert coins_of(scene.leaver, scene.session.streamer) == [COINS - 50, 50]


def test_an_empty_stream_does_not_prolong_what_the_realtime_server_ended(moving):
    with answering() as server:
        server.in_stream = True
        scene = leaving.private_show_of_two(moving)
        pass_time(moving, seconds=STAGE_CHECK)
        server.in_stream = False
        pass_time(moving, seconds=STAGE_CHECK + 10)
        ended = scene.again()
        moving.advance(seconds=30)
        empty_stream(scene.session.streamer_id)
        run_due()
    assert (scene.again().progress, scene.again().stage_paused) == (ended.progress, ended.stage_paused)
    assert 0 < ended.progress <= 15 + STAGE_CHECK
