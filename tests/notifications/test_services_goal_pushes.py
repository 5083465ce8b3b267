"""What clients hear about goals, and how often."""

import json

import pytest

from goals import representation, selectors
from goals.models import Goal
from livestream.models import OutboxMessage
from notifications import channels
from notifications.models import Push
from notifications.services import goal_pushes
from tests.notifications.conftest import NOW
from tests.notifications.shows import buy, enter_stage, pushed, running_show, told
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_user

pytestmark = pytest.mark.django_db


def push(goal, **changes):
    goal_pushes.push_goal(goal_id=goal.id, event="goal.added", event_id="e" * 24, now=NOW, **changes)
    return dict(pushed("goal.added"))


@pytest.fixture
def goal(session, viewer):
    goal = make_funding(session, target=100_000)
    buy(goal, viewer)
    run_due()
    Push.objects.all().delete()
    return goal


def test_the_targets_are_those_of_the_seeds(goal, streamer):
    assert list(push(goal)) == channels.targets(streamer.pk)


def test_everybody_gets_the_whole_goal_as_the_api_shows_it(goal, streamer):
    stored = selectors.get_goal(goal.id)
    by_channel = push(goal)
    assert by_channel[f"private-stream@{streamer.pk}"] == {
        "goal": json.loads(json.dumps(representation.public_goal(stored))),
        "event_id": "e" * 24,
    }
    assert by_channel[f"private-user@{streamer.pk}"] == {
        "goal": json.loads(json.dumps(representation.full_goal(stored))),
        "triggerer": None,
        "event_id": "e" * 24,
    }


def test_the_audience_learns_neither_who_paid_nor_how_much(goal, streamer, viewer):
    by_channel = push(goal, triggerer="app")
    for channel in channels.audience(streamer.pk):
        text = json.dumps(by_channel[channel])
        assert viewer.pk not in text
        assert "breakdown" not in text
        assert "app" not in by_channel[channel].values()
    assert by_channel[f"private-user@{streamer.pk}"]["goal"]["breakdown"] == {viewer.pk: 200}


def test_a_goal_with_more_payers_than_fit_is_still_pushed_whole_but_for_the_breakdown(goal, streamer):
    for _ in range(5):
        buy(goal)
    run_due()
    Push.objects.all().delete()
    levels = [{"title": "x" * 9600, "target": 100_000}]
    Goal.objects.update(levels=levels)
    whole = push(goal)[f"private-user@{streamer.pk}"]["goal"]
    assert (whole["progress"], whole["levels"]) == (1200, levels)
    assert "breakdown" not in whole


def test_whoever_was_invited_or_invites_is_a_party():
    assert goal_pushes.parties(Goal(streamer_id="s", triggered_by_id="v")) == ["s", "v"]
    assert goal_pushes.parties(Goal(streamer_id="s")) == ["s"]


def test_progress_is_pushed_a_moment_later_and_not_at_once(goal, moving):
    buy(goal)
    run_due()
    assert told("goal.progress.updated") == []
    pass_time(moving, seconds=0.25)
    assert len(told("goal.progress.updated")) == 3


def test_a_goal_that_progresses_a_thousand_times_a_second_is_pushed_a_few_times(goal, moving, streamer):
    rich = make_user(coins=10**9)
    for _ in range(20):
        buy(goal, rich)
        run_due()
        pass_time(moving, seconds=0.05)
    pass_time(moving, seconds=1)
    pushes = [data for channel, data in pushed("goal.progress.updated") if channel.startswith("private-stream")]
    assert 3 <= len(pushes) <= 5
    shown = [data["goal"]["progress"] for data in pushes]
    assert shown == sorted(shown)
    assert shown[-1] == 200 + 20 * 200
    assert len({data["event_id"] for data in pushes}) == len(pushes)


def test_each_goal_is_pushed_at_its_own_pace(session, moving):
    first, second = make_funding(session, target=10_000), make_funding(session, target=10_000)
    run_due()
    Push.objects.all().delete()
    for goal in (first, second, first, second):
        buy(goal)
        run_due()
    pass_time(moving, seconds=1)
    assert len(told("goal.progress.updated")) == 6


def test_a_step_during_a_push_leads_to_another_push(goal, moving):
    buy(goal)
    run_due()
    pending = OutboxMessage.objects.get(actor="push_goal_progress")
    buy(goal)
    run_due()
    touched = OutboxMessage.objects.get(actor="push_goal_progress")
    assert (touched.pk, touched.eta) == (pending.pk, pending.eta)
    assert touched.version != pending.version


def test_the_end_of_a_show_that_completed_is_not_told_twice(session, moving):
    show = running_show(session, moving, target=5)
    run_due()
    assert len(told("goal.started")) == 3
    enter_stage(show)
    pass_time(moving, seconds=10)
    assert told("goal.ended") == []


def test_the_end_of_a_sale_is_told(session, moving, streamer):
    make_funding(session, seconds=5)
    pass_time(moving, seconds=6)
    assert told("goal.ended") == channels.targets(streamer.pk)
    assert dict(pushed("goal.ended"))[f"private-stream@{streamer.pk}"]["goal"]["state"] == "ended"
