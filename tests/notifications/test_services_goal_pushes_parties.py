"""Everybody who paid for a goal hears of it on their own channel, and nothing of the others."""

from __future__ import annotations

import json

import pytest

from goals.models import Goal
from goals.services import leaving, support
from goals.services.publishing import publish_goal
from goals.types import GoalType
from livestream.events.contracts import GOAL_CHANGED
from livestream.models import OutboxMessage, User
from notifications import channels
from notifications.models import Push
from notifications.services import goal_pushes
from tests.notifications.shows import buy, enter_stage, funded, pushed, running_show, told
from tests.support.endings import cancel
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import assert_enqueued, pass_time, run_due
from tests.support.people import make_funding, make_show, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offers_invitations")]


@pytest.fixture
def second(db):
    return make_user(name="lin", coins=10_000)


def own(user):
    return channels.user(user if isinstance(user, str) else user.pk)


def heard_by(user):
    """Return which events somebody heard on their own channel, in order."""
    return [push.event for push in Push.objects.order_by("id") if own(user) in push.channels]


def listeners(event):
    """Return the users who heard an event on their own channels."""
    names = [channel for channel in told(event) if channel.startswith("private-user@")]
    assert len(names) == len(set(names))
    return set(names)


# Invitations, private shows and 1-on-1s: all of it to everybody who paid.


@pytest.mark.parametrize("answer", [agree, disagree])
def test_the_second_payer_of_an_invitation_hears_what_the_first_one_hears(session, viewer, second, moving, answer):
    goal = invite(session, viewer)
    run_due()
    invite(session, second)
    run_due()
    Push.objects.all().delete()
    answer(goal)
    run_due()
    pass_time(moving, seconds=200)
    assert heard_by(second) == heard_by(viewer) != []
    assert {"goal.ended"} <= set(heard_by(second))


def test_a_payer_hears_their_own_coins_and_of_nobody_else(session, viewer, second):
    goal = invite(session, viewer)
    invite(session, second)
    agree(goal)
    run_due()
    heard = dict(pushed("goal.agreed"))
    paid = dict.fromkeys((viewer.pk, second.pk), goal.price)
    assert heard[own(session.streamer)]["goal"]["breakdown"] == paid
    for payer, other in ((viewer, second), (second, viewer)):
        assert heard[own(payer)]["goal"]["breakdown"] == {payer.pk: paid[payer.pk]}
        assert other.pk not in json.dumps(heard[own(payer)])
    assert heard[own(viewer)]["goal"]["metadata"]["triggered_by"] == viewer.pk


def test_progress_of_an_invitation_goes_to_those_who_paid(session, viewer, second, moving):
    invite(session, viewer)
    invite(session, second)
    run_due()
    pass_time(moving, seconds=1)
    assert listeners("goal.progress.updated") == {own(session.streamer), own(viewer), own(second)}


def test_those_who_stay_hear_that_another_payer_took_their_coins_back(session, viewer, second, moving):
    goal = invite(session, viewer)
    invite(session, second)
    pass_time(moving, seconds=1)
    before = Goal.objects.get(pk=goal.pk).version
    Push.objects.all().delete()
    leaving.withdraw(goal_id=goal.id, caller_id=second.pk, triggerer=None, now=moving.at)
    run_due()
    pass_time(moving, seconds=1)
    assert listeners("goal.progress.updated") == {own(session.streamer), own(viewer)}
    assert dict(pushed("goal.progress.updated"))[own(viewer)]["goal"]["version"] > before


def test_a_refund_by_support_after_the_end_is_heard_by_those_who_paid(session, moving, holders):
    sale = funded(session, moving, *holders)
    pass_time(moving, seconds=1)
    Push.objects.all().delete()
    support.refund_escrow(escrow_id=str(sale.escrow_id), triggerer="support", now=moving.at)
    run_due()
    pass_time(moving, seconds=1)
    for holder in holders:
        shown = dict(pushed("goal.progress.updated"))[own(holder)]["goal"]
        assert (shown["outcome"], shown["ended_because"]) == ("refunded", "refunded_by_support")


def test_the_viewer_of_a_1_on_1_is_told_once(session, viewer):
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    assert goal_pushes.parties(goal) == [session.streamer_id, viewer.pk]
    run_due()
    Push.objects.all().delete()
    cancel(goal)
    assert listeners("goal.ended") == listeners("exclusive.closed") == {own(session.streamer), own(viewer)}


def test_a_bigger_crowd_of_payers_hears_the_channels_of_the_audience(session, viewer, second, monkeypatch):
    goal = invite(session, viewer)
    invite(session, second)
    assert goal_pushes.parties(goal) == [session.streamer_id, viewer.pk, second.pk]
    monkeypatch.setattr(goal_pushes, "MOST_PARTIES", 1)
    assert goal_pushes.parties(goal) == [session.streamer_id, viewer.pk]


def test_nobody_but_the_streamer_is_a_party_of_what_nobody_invited_to(session):
    assert goal_pushes.parties(make_funding(session)) == [session.streamer_id]


# Tickets: what matters to those who hold one, in a task of its own.


@pytest.fixture
def holders(viewer, second):
    return [viewer, second]


def test_ticket_holders_hear_that_the_sale_is_reached_and_the_show_made_started_and_completed(session, moving, holders):
    show = running_show(session, moving, *holders, target=5)
    run_due()
    enter_stage(show)
    pass_time(moving, seconds=30)
    for holder in holders:
        heard = [event for event in heard_by(holder) if event.startswith("goal.")]
        assert sorted(heard) == ["goal.added", "goal.completed", "goal.started"]
    for name in ("goal.started", "goal.completed"):
        assert listeners(name) == {own(session.streamer), *map(own, holders)}
        for holder in holders:
            shown = dict(pushed(name))[own(holder)]["goal"]
            assert (shown["id"], shown["breakdown"]) == (show.id, {holder.pk: 200})


def test_a_reached_sale_and_the_end_of_a_missed_one_are_told_to_their_holders(session, moving, holders):
    funded(session, moving, *holders)
    assert listeners("goal.completed") >= set(map(own, holders))
    Push.objects.all().delete()
    goal = make_funding(session, target=10_000, seconds=5)
    buy(goal, holders[0])
    pass_time(moving, seconds=6)
    assert listeners("goal.ended") == {own(session.streamer), own(holders[0])}
    assert dict(pushed("goal.ended"))[own(holders[0])]["goal"]["outcome"] == "refunded"


def test_a_show_that_is_cut_short_is_told_to_its_holders(session, moving, holders):
    show = running_show(session, moving, *holders)
    run_due()
    cancel(show)
    assert listeners("goal.ended") == {own(session.streamer), *map(own, holders)}


def test_progress_is_not_told_to_a_crowd_and_what_becomes_of_a_sale_is(session, moving, holders):
    funding = funded(session, moving, *holders)
    pass_time(moving, seconds=1)
    assert listeners("goal.progress.updated") == {own(session.streamer)}
    publish_goal(GOAL_CHANGED, funding)
    run_due()
    pass_time(moving, seconds=1)
    assert listeners_of_last("goal.progress.updated") >= set(map(own, holders))


def listeners_of_last(event):
    newest = Push.objects.filter(event=event).order_by("-id").values_list("event_id", flat=True)
    return {name for push in Push.objects.filter(event=event, event_id__in=newest) for name in push.channels}


def test_many_holders_are_told_chunk_by_chunk_when_nothing_else_is_to_be_sent(session, moving):
    show = running_show(session, moving, *[make_user(coins=1000) for _ in range(3)])
    holders = sorted(User.objects.filter(username__startswith="user-").values_list("pk", flat=True))
    said = {"goal_id": show.id, "event": "goal.started", "event_id": "e" * 24}
    assert goal_pushes.push_goal_to_holders(now=moving.at, size=2, **said) == 2
    assert told("goal.started") == [own(holder) for holder in holders[:2]]
    assert all(Push.objects.values_list("bulk", flat=True))
    assert_enqueued("push_goal_to_holders", after=holders[1], **said)
    OutboxMessage.objects.exclude(actor="push_goal_to_holders", kwargs__event_id="e" * 24).delete()
    run_due(sweeps=False)
    assert told("goal.started") == [own(holder) for holder in holders]


def test_a_crowd_of_holders_hears_the_channels_of_the_audience(session, moving, holders, monkeypatch):
    monkeypatch.setattr(goal_pushes, "MOST_PARTIES", 1)
    show = make_show(funded(session, moving, *holders))
    run_due()
    assert listeners("goal.started") == {own(session.streamer)}
    assert Goal.objects.get(pk=show.pk).active


def test_documents_of_many_holders_are_one_query(session, moving, holders, django_assert_max_num_queries):
    show = running_show(session, moving, *holders)
    with django_assert_max_num_queries(6):
        goal_pushes.push_goal_to_holders(now=moving.at, goal_id=show.id, event="goal.started", event_id="e" * 24)
