"""What clients hear about goals, and how often."""

import json

import pytest
from django.db import transaction

from goals import representation, selectors
from goals.models import Goal
from goals.services import creation
from goals.services.publishing import publish_goal
from livestream.events.contracts import GOAL_CHANGED
from livestream.models import OutboxMessage
from notifications import channels
from notifications.models import Push
from notifications.services import goal_pushes
from tests.notifications.conftest import NOW
from tests.notifications.shows import buy, enter_stage, pushed, running_show, told
from tests.support.endings import make_karaoke
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_user
from tests.support.stage import go_on_stage

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
    audience, own = by_channel[f"private-stream@{streamer.pk}"], by_channel[f"private-user@{streamer.pk}"]
    assert audience == {
        "goal": json.loads(json.dumps(representation.public_goal(stored))),
        "event_id": "e" * 24,
        "push_id": audience["push_id"],
    }
    assert own == {
        "goal": json.loads(json.dumps(representation.full_goal(stored))),
        "triggerer": None,
        "event_id": "e" * 24,
        "push_id": own["push_id"],
    }


def test_the_same_data_has_one_id_on_all_of_its_channels_and_other_data_has_another(goal, streamer):
    by_channel = {channel: data["push_id"] for channel, data in push(goal).items()}
    first, second, own = (by_channel[name] for name in channels.targets(streamer.pk))
    assert first == second != own
    assert {channel: data["push_id"] for channel, data in push(goal).items()} == by_channel


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
    levels = [{"title": "x" * 9300, "target": 100_000}]
    Goal.objects.update(levels=levels)
    whole = push(goal)[f"private-user@{streamer.pk}"]["goal"]
    assert (whole["progress"], whole["levels"]) == (1200, levels)
    assert "breakdown" not in whole


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


def test_the_end_of_a_show_that_completed_is_not_told_twice(session, moving, viewer, streamer):
    show = running_show(session, moving, viewer, target=5)
    run_due()
    Push.objects.all().delete()
    enter_stage(show)
    pass_time(moving, seconds=30)
    assert told("goal.ended") == []
    assert told("goal.completed") == [*channels.targets(streamer.pk), channels.user(viewer.pk)]
    for channel, data in pushed("goal.completed"):
        assert (data["goal"]["id"], data["goal"]["progress"], data["level"]) == (show.id, 5, 1), channel


def test_each_level_is_completed_once_with_the_whole_goal(session, moving):
    goal = make_karaoke(session)
    go_on_stage(goal)
    pass_time(moving, seconds=60)
    heard = [data for channel, data in pushed("goal.completed") if channel.startswith("private-stream")]
    assert [data["level"] for data in heard] == [1, 2]
    assert len({data["event_id"] for data in heard}) == 2
    versions = [data["goal"]["version"] for data in heard]
    assert versions == sorted(versions)


def test_a_change_that_is_no_progress_is_pushed_as_progress_is(goal, moving, streamer):
    with transaction.atomic():
        publish_goal(GOAL_CHANGED, goal)
        publish_goal(GOAL_CHANGED, goal)
    run_due()
    pass_time(moving, seconds=1)
    heard = [data for channel, data in pushed("goal.progress.updated") if channel.startswith("private-stream")]
    assert [data["goal"]["version"] for data in heard] == [Goal.objects.get(pk=goal.pk).version]


def test_a_karaoke_of_a_hundred_long_songs_is_pushed_with_progress_and_version(session, moving, streamer):
    songs = [{"title": "歌" * 200, "target": 10 * number} for number in range(1, 101)]
    goal = creation.create_karaoke_goal(
        streamer_id=streamer.pk, session_id=session.id, levels=songs, nbf=None, now=moving.at
    )
    go_on_stage(goal)
    pass_time(moving, seconds=30)
    names = ("goal.added", "goal.completed", "session.karaoke_goal.updated", "goal.progress.updated")
    for name in names:
        heard = [data for channel, data in pushed(name) if channel.startswith("private-stream")]
        assert heard, name
        for data in heard:
            assert data["truncated"]
            shown = data["goal"]
            assert "levels" not in shown
            assert (shown["id"], shown["state"], shown["unit"]) == (goal.id, "active", "seconds")
            assert shown["version"] >= 1
    assert heard[-1]["goal"]["progress"] in (20, 30)


def test_the_end_of_a_sale_is_told(session, moving, streamer):
    make_funding(session, seconds=5)
    pass_time(moving, seconds=6)
    assert told("goal.ended") == channels.targets(streamer.pk)
    assert dict(pushed("goal.ended"))[f"private-stream@{streamer.pk}"]["goal"]["state"] == "ended"
