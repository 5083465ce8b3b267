"""A support agent reads from one page what became of a goal's money, and why."""

from __future__ import annotations

import pytest

from goals.endings import EndedBecause, Outcome
from goals.models import Goal
from goals.types import GoalType
from livestream.models import User
from livestream.story.formatting import moment
from notifications.models import Admission
from tests.support import endings
from tests.support.endings import offering_session
from tests.support.invitations import agree, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy
from tests.support.stage import PATIENCE

pytestmark = pytest.mark.django_db

# What is said first, for each way in which a goal can come to its end; {} is the streamer.
SAID = {
    endings.funding_reached: "The target was reached, 400 of 400 coins. The money waits for the show, which has to "
    "start by 2026-05-01 20:15:00 UTC; else it is refunded. 400 coins are held in escrow: it is not decided yet who "
    "gets them.",
    endings.funding_missed: "Refunded because the target was not reached by 2026-05-01 20:01:00 UTC: 200 of "
    "1,000 coins were paid. All 200 coins were given back to those who paid them.",
    endings.show_performed: "The target was reached, 400 of 400 coins, and the show was made. Paid out because the "
    "show was performed to its end, 60 of 60 seconds. All 400 coins were paid out to {}.",
    endings.show_cut_short: "The target was reached, 400 of 400 coins, and the show was made. Refunded because only "
    "10 of 60 seconds of the show were performed when the streamer cancelled it. All 400 coins were given back to "
    "those who paid them.",
    endings.karaoke_sung: "Nobody pays for a karaoke; 30 of 30 seconds were sung.",
    endings.karaoke_cut_short: "Nobody pays for a karaoke; 10 of 30 seconds were sung.",
    endings.private_agreed: "Paid out because the private show was performed to its end, 120 of 120 seconds. All 120 "
    "coins were paid out to {}.",
    endings.private_declined: "Refunded because the streamer declined the invitation. All 120 coins were given back "
    "to those who paid them.",
    endings.one_on_one_agreed: "The streamer agreed to the 1-on-1 at 2026-05-01 20:00:00 UTC. The 1-on-1 goes on, 0 "
    "of 120 seconds are performed. The money waits until it is over. 200 coins are held in escrow: it is not decided "
    "yet who gets them.",
    endings.one_on_one_declined: "Refunded because the streamer declined the invitation. All 200 coins were given "
    "back to those who paid them.",
    endings.one_on_one_performed: "The streamer agreed to the 1-on-1 at 2026-05-01 20:00:00 UTC. Paid out because the "
    "1-on-1 was performed to its end, 120 of 120 seconds. All 200 coins were paid out to {}.",
    endings.one_on_one_cut_short: "The streamer agreed to the 1-on-1 at 2026-05-01 20:00:00 UTC. Split because the "
    "1-on-1 was cut short: 10 of 120 seconds were performed when the streamer cancelled it. 16 coins were paid out to "
    "{}, 184 coins were given back.",
    endings.one_on_one_missed: "The streamer agreed to the 1-on-1 at 2026-05-01 20:00:00 UTC. Refunded because nobody "
    "performed the 1-on-1 before the streamer cancelled it. All 200 coins were given back to those who paid "
    "them.",
}


@pytest.mark.parametrize("ending", SAID, ids=lambda each: each.__name__)
def test_the_page_says_where_the_money_is_and_why(desk, moving, ending):
    goal = ending(moving)
    assert desk.story(goal).headlines == SAID[ending].format(goal.streamer.username)


@pytest.mark.parametrize("ending", [endings.one_on_one_cut_short, endings.private_agreed, endings.funding_reached])
def test_a_refund_by_support_is_the_reason_whatever_was_performed(desk, moving, ending):
    goal = ending(moving)
    Goal.objects.filter(pk=goal.pk).update(ended_because=EndedBecause.REFUNDED_BY_SUPPORT, outcome=Outcome.REFUNDED)
    assert desk.story(goal).headlines.startswith("Refunded by support. ")


def test_an_end_whose_reason_was_not_stored_is_said_to_be_one(desk, moving):
    goal = endings.private_declined(moving)
    Goal.objects.filter(pk=goal.pk).update(ended_because=None)
    assert f"It ended at {moment(goal.ended_at)}, in a release that did not store why." in desk.story(goal).headlines


@pytest.mark.parametrize("ending", [endings.show_cut_short, endings.one_on_one_cut_short, endings.private_agreed])
def test_a_goal_and_its_escrow_tell_the_same_story(desk, moving, ending):
    goal = ending(moving)
    of_goal, of_escrow = desk.story(goal), desk.story(escrow_id=goal.escrow_id)
    assert of_goal.titles == of_escrow.titles
    assert (of_goal.headlines, of_goal.held) == (of_escrow.headlines, of_escrow.held)


def test_a_sale_that_goes_on_says_until_when(desk, moving):
    funding = make_funding(make_session(), target=1000)
    buy(funding, make_user(coins=1000))
    run_due()
    page = desk.story(funding)
    assert "Tickets are sold until 2026-05-01 20:10:00 UTC; 200 of 1,000 coins have been paid so far." in page.headlines
    assert page.fact("Collected") == "200 coins in 1 payment"
    assert page.fact("Still held") == "200 coins"


def test_what_is_paid_and_not_counted_yet_is_told_as_such(desk, moving):
    funding = make_funding(make_session(), target=1000)
    buy(funding, make_user(coins=1000))
    assert desk.story(funding).fact("Collected") == "200 coins in 1 payment, of which 200 coins wait to be counted"


def test_an_unanswered_invitation_is_told_apart_from_one_that_gave_way_to_another(desk, moving):
    session = offering_session()
    first = invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE, seconds=60)
    second = invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE, seconds=60)
    agree(first)
    run_due()
    assert "Refunded because the streamer agreed to another invitation." in desk.story(second).headlines
    alone = invite(offering_session(), make_user(coins=1000), seconds=60)
    assert "Without an answer by 2026-05-01 20:01:00 UTC it is refunded." in desk.story(alone).headlines
    pass_time(moving, seconds=60)
    run_due()
    said = desk.story(alone).headlines
    assert "Refunded because the streamer did not answer the invitation by 2026-05-01 20:01:00 UTC." in said


def test_the_balance_runs_along_with_the_money(desk, moving):
    page = desk.story(endings.show_cut_short(moving))
    amounts = [entry.amount for entry in page.entries("money") if entry.amount]
    assert amounts == [200, 200, -200, -200]
    assert page.held == ["200", "400", "200", "0"]


def test_what_happened_at_one_moment_is_told_in_the_same_order_each_time(desk, moving):
    goal = endings.private_declined(moving)
    money = [entry.title for entry in desk.story(goal).entries("money")]
    payer = User.objects.get(pk=goal.triggered_by_id).username
    assert money == [
        "Escrow opened",
        f"{payer} paid in",
        "Decided: to be given back",
        f"Given back to {payer}",
        "Settled: all of the money has arrived",
    ]


def test_stage_session_pushes_recording_and_tasks_are_on_the_page_too(desk, moving):
    page = desk.story(endings.show_performed(moving))
    kinds = {str(row.entry.kind) for row in page.context["rows"]}
    assert {"session", "event", "stage", "money", "push", "task"} <= kinds
    assert f"On stage for {60 + PATIENCE} seconds" in page.titles
    assert "Session went live" in page.titles
    times = [row.entry.at for row in page.context["rows"]]
    assert times == sorted(times)


def test_the_recording_and_the_clip_of_a_show_are_told(desk, moving):
    show = endings.show_performed(moving)
    titles = desk.story(show).titles
    assert any(title.startswith("Recording: ") for title in titles)
    assert "Clip of the show" in titles
    assert "2 viewers let in to watch" in titles


def test_a_viewer_is_told_when_they_were_let_in(desk, moving):
    show = endings.show_cut_short(moving)
    viewer = User.objects.get(pk=Admission.objects.first().viewer_id)
    assert "Was let in to watch until" in desk.story(show, payer=viewer.username).text
