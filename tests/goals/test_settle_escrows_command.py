"""`manage.py settle_escrows`: whatever task was lost, what is due is found and finished."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from goals.models import Goal
from goals.services import lifecycle, performance
from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.services import ending
from tests.support import endings
from tests.support.commands import run
from tests.support.escrows import balances, coins_in
from tests.support.invitations import agree, invite
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy, reached_funding, running_show
from tests.support.stage import PATIENCE, come_online, go_on_stage
from wallet.models import Escrow
from wallet.services import payouts, refunds
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def lose_all_tasks():
    OutboxMessage.objects.all().delete()


def settle(*arguments):
    """Settle with --apply, and look whether it is all finished, without any worker."""
    ran = run("settle_escrows", "--apply", "--json", *arguments)
    assert run("settle_escrows", "--json").told["matched"] == 0, "something is still due"
    assert verify_ledger() == []
    return ran


def show_completed(moving):
    """Reach the target of a show on stage; nothing that follows is done."""
    show = running_show(moving)
    go_on_stage(show)
    moving.advance(seconds=show.target + PATIENCE)
    performance.complete_performance(goal_id=show.id, now=clock.now())
    return show


def funding_missed(moving):
    funding = make_funding(make_session(), target=1000, seconds=60)
    buy(funding, make_user(coins=200))
    return funding


def funding_cancelled(moving):
    funding = funding_missed(moving)
    lifecycle.cancel_goal(goal_id=funding.id, caller_id=funding.streamer_id, triggerer=None, now=clock.now())
    return funding


def show_never_made(moving):
    funding = reached_funding(moving)
    ending.end_session(session_id=funding.session_id, caller_id=funding.streamer_id, now=clock.now())
    ending.deactivate_session(session_id=funding.session_id, now=clock.now())
    return funding


def private_performed(moving):
    session = endings.offering_session()
    come_online(session.streamer_id)
    return agree(invite(session, make_user(coins=1000)))


def private_left_alone(moving):
    return agree(invite(endings.offering_session(), make_user(coins=1000)))


def private_unanswered(moving):
    return invite(endings.offering_session(), make_user(coins=1000))


def one_on_one_unanswered(moving):
    return endings.exclusive_invitation()


def one_on_one_left_alone(moving):
    return Goal.objects.get(trigger_goal=endings.one_on_one_agreed(moving))


def one_on_one_cut_short(moving):
    goal = Goal.objects.get(trigger_goal=endings.one_on_one_agreed(moving))
    endings.perform(moving, goal, seconds=12)
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())
    return goal


STORIES = {
    show_completed: "completed",
    funding_missed: "refunded",
    funding_cancelled: "refunded",
    show_never_made: "refunded",
    private_performed: "completed",
    private_left_alone: "refunded",
    private_unanswered: "refunded",
    one_on_one_unanswered: "refunded",
    one_on_one_left_alone: "refunded",
    one_on_one_cut_short: "split",
}


@pytest.mark.parametrize(("story", "state"), STORIES.items(), ids=lambda each: getattr(each, "__name__", each))
def test_whose_tasks_are_all_lost_ends_as_it_should_have(moving, story, state):
    goal = story(moving)
    lose_all_tasks()
    moving.advance(seconds=3 * 60 * 60)
    assert settle().code == 0
    escrow = Escrow.objects.get(pk=goal.escrow_id)
    assert (escrow.state, escrow.settled_at, coins_in(escrow)) == (state, clock.now(), 0)


def test_what_is_going_on_is_left_alone(moving):
    endings.full_house(moving)
    reached_funding(moving)
    lose_all_tasks()
    moving.advance(seconds=61)
    told = run("settle_escrows", "--apply", "--json").told
    assert told["done"] == {}
    assert not Escrow.objects.exclude(state="open").exists()


def test_a_payout_that_stopped_half_way_goes_on(moving):
    show = show_completed(moving)
    window = {"nbf": clock.now() - timedelta(hours=1), "exp": clock.now()}
    payouts.escrow_out(escrow_id=show.escrow_id, user_id=show.streamer_id, **window, now=clock.now())
    lose_all_tasks()
    moving.advance(seconds=61)
    assert settle().told["done"] == {"finish what was completed": 1}
    assert balances([show.streamer]) == [400]


def test_a_refund_that_stopped_half_way_goes_on(moving, monkeypatch):
    payers = [make_user(coins=200) for _ in range(5)]
    funding = make_funding(make_session(), target=10_000, seconds=60)
    for payer in payers:
        buy(funding, payer)
    endings.done(funding)
    with transaction.atomic():
        refunds.escrow_refund(escrow_id=funding.escrow_id, now=clock.now())
        refunds.refund_escrow_chunk(escrow_id=funding.escrow_id, now=clock.now(), size=2)
    lose_all_tasks()
    moving.advance(seconds=61)
    assert "finish what was refunded" in settle().told["done"]
    assert balances(payers) == [200] * 5


def test_a_scheduled_show_whose_time_came_is_started(moving):
    show = make_show(reached_funding(moving), nbf=clock.now() + timedelta(seconds=30))
    lose_all_tasks()
    moving.advance(seconds=120)
    assert settle().told["done"] == {"start a goal": 1}
    show.refresh_from_db()
    assert show.active


def test_tickets_that_nobody_counts_are_counted(moving):
    funding = make_funding(make_session(), target=10_000)
    buy(funding, make_user(coins=200))
    moving.advance(seconds=61)
    assert settle().told["done"] == {"count tickets": 1}
    funding.refresh_from_db()
    assert funding.progress == 200


def test_a_dry_run_names_what_is_due_and_does_nothing(moving):
    goal = private_unanswered(moving)
    moving.advance(seconds=600)
    ran = run("settle_escrows")
    assert (ran.code, "1  end a goal" in ran.out) == (0, True)
    goal.refresh_from_db()
    assert goal.active


@pytest.mark.parametrize("prefix", ["", "_"])
def test_one_escrow_alone_can_be_settled(moving, prefix):
    one, other = private_unanswered(moving), private_unanswered(moving)
    lose_all_tasks()
    moving.advance(seconds=600)
    assert run("settle_escrows", "--apply", "--escrow", prefix + one.escrow_id).code == 0
    states = [Escrow.objects.get(pk=goal.escrow_id).state for goal in (one, other)]
    assert states == ["refunded", "open"]


def test_what_is_overdue_for_a_moment_only_is_left_to_the_workers(moving):
    private_unanswered(moving)
    moving.advance(seconds=130)
    assert run("settle_escrows", "--json").told["matched"] == 0
    assert run("settle_escrows", "--json", "--older-than", "5s").told["matched"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--escrow", "show_funding:none"], "there is no escrow"), (["--older-than", "soon"], "is no age")],
)
def test_a_wrong_argument_is_refused_with_a_sentence(moving, arguments, sentence):
    ran = run("settle_escrows", "--apply", *arguments)
    assert (ran.code, sentence in ran.said) == (2, True), ran.said
