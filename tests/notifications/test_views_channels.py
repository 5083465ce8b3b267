"""GET /notify/channels/{name}: what a subscriber needs to know first."""

import json

import pytest
from django.core.cache import cache
from django.db import transaction

from goals import representation, selectors
from goals.services.publishing import publish_goal
from livestream import clock, users
from livestream.events.contracts import GOAL_CHANGED
from notifications.services import channel_snapshots
from sessions_app import representation as representation_of_sessions
from sessions_app import selectors as sessions
from sessions_app.services import ending, opening
from tests.notifications.conftest import NOW
from tests.notifications.shows import buy
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user

pytestmark = pytest.mark.django_db


def read(client, channel):
    response = client.get(f"/notify/channels/{channel}")
    assert response.status_code == 200, response.json()
    return response.json()


@pytest.fixture
def goal(session, viewer):
    goal = make_funding(session, target=10_000)
    buy(goal, viewer)
    run_due()
    return goal


@pytest.fixture
def watching(client_of, streamer, viewer):
    """Read the streamer's public channel as a viewer."""
    return lambda: read(client_of(viewer), f"private-stream@{streamer.pk}")


def test_a_viewer_reads_the_session_and_its_active_goals_in_public(watching, goal, session, streamer):
    answer = watching()
    assert answer["channel"] == f"private-stream@{streamer.pk}"
    assert (answer["session"]["id"], answer["session"]["active"]) == (session.id, True)
    stored = selectors.get_goal(goal.id)
    assert answer["goals"] == [json.loads(json.dumps(representation.public_goal(stored)))]
    assert "breakdown" not in answer["goals"][0]


@pytest.mark.parametrize(
    "channel", ["private-user@{streamer}", "private-enc-user@{streamer}", "presence-enc-goal@{goal}"]
)
def test_the_streamers_own_channels_show_all_of_a_goal(client_of, streamer, viewer, goal, channel):
    name = channel.format(streamer=streamer.pk, goal=goal.id)
    assert read(client_of(streamer), name)["goals"][0]["breakdown"] == {viewer.pk: 200}


def test_all_channels_of_the_audience_show_the_same(client_of, streamer, viewer, goal, watching):
    same = watching()
    for name in (
        f"presence-stream@{streamer.pk}",
        f"private-enc-stream@{streamer.pk}",
        f"presence-stream-viewer@{streamer.pk}.sd.{viewer.pk}",
    ):
        assert read(client_of(viewer), name) == {**same, "channel": name}


def test_without_a_session_there_is_nothing(client_of, viewer):
    name = f"private-user@{viewer.pk}"
    nothing = {"version": None, "session": None, "goals": []}
    assert read(client_of(viewer), name) == {"channel": name, "server_time": clock.to_epoch(NOW), **nothing}


def test_the_version_grows_with_each_change_of_the_session_and_of_its_goals(watching, goal, session, moving):
    versions = [watching()["version"]]
    moving.advance(seconds=1)
    opening.change_session(session_id=session.id, caller_id=session.streamer_id, changes={"title": "Night"})
    versions.append(watching()["version"])
    buy(goal)
    run_due()
    versions.append(watching()["version"])
    assert versions == sorted(set(versions))
    assert watching()["server_time"] == clock.to_epoch(NOW) + 1


@pytest.mark.parametrize(
    "channel",
    ["private-user@{streamer}", "presence-enc-goal@{goal}", "presence-stream-viewer@{streamer}.sd.{streamer}"],
)
def test_the_rules_are_those_of_joining(client_of, viewer, streamer, goal, channel):
    response = client_of(viewer).get(f"/notify/channels/{channel.format(streamer=streamer.pk, goal=goal.id)}")
    assert (response.status_code, response.json()["code"]) == (403, "channel_not_allowed")


def test_a_blocked_viewer_reads_nothing_although_it_is_cached(client_of, viewer, streamer, watching, goal):
    watching()
    users.block(streamer_id=streamer.pk, user_id=viewer.pk, now=clock.now())
    response = client_of(viewer).get(f"/notify/channels/private-stream@{streamer.pk}")
    assert response.status_code == 403


@pytest.mark.parametrize("channel", ["x", "private-user@", "a%00b", "%F0%9F%8E%A4", "x" * 3000])
def test_unknown_channels_are_refused_in_the_same_words(client_of, viewer, channel):
    response = client_of(viewer).get(f"/notify/channels/{channel}")
    assert (response.status_code, response.json()["code"]) == (403, "channel_not_allowed")


def test_strangers_are_401(client, streamer):
    assert client.get(f"/notify/channels/private-stream@{streamer.pk}").status_code == 401


def test_a_second_reader_costs_nothing_but_the_checks(watching, goal, django_assert_num_queries):
    watching()
    with django_assert_num_queries(
        4
    ):  # the sign-in of the client is stored; who asks, is the viewer blocked, which version holds
        watching()


def test_each_event_that_changes_the_snapshot_invalidates_it(watching, session, streamer, viewer, moving):
    assert watching()["goals"] == []
    goal = make_funding(session, target=10_000, seconds=60)
    run_due()
    assert [each["id"] for each in watching()["goals"]] == [goal.id]
    buy(goal, viewer)
    run_due()
    assert watching()["goals"][0]["progress"] == 200
    moving.advance(seconds=61)
    run_due()
    assert watching()["goals"] == []
    ending.end_session(session_id=session.id, caller_id=streamer.pk, now=clock.now())
    run_due()
    assert watching()["session"] is None
    again = make_session(streamer)
    run_due()
    assert watching()["session"]["id"] == again.id


def test_a_snapshot_is_never_older_than_the_database_although_no_receiver_ran(watching, session, streamer, viewer):
    watching()
    goal = make_funding(session, target=10_000)
    assert [each["id"] for each in watching()["goals"]] == [goal.id]
    opening.change_session(session_id=session.id, caller_id=streamer.pk, changes={"title": "Night"})
    assert watching()["session"]["title"] == "Night"
    with transaction.atomic():
        publish_goal(GOAL_CHANGED, goal)
    stored = selectors.get_goal(goal.id)
    assert watching()["goals"][0]["version"] == stored.version
    assert watching()["session"]["version"] == version_of(session)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    assert watching()["session"] is None


def version_of(session):
    return representation_of_sessions.version_of(sessions.get_session(session_id=session.id))


def test_a_slow_reader_cannot_put_back_an_older_snapshot(watching, session, streamer, monkeypatch):
    """One that began before a change is answered what it saw; whoever asks later is not."""
    build = channel_snapshots.build

    def slowly(**asked):
        found = build(**asked)
        monkeypatch.setattr(channel_snapshots, "build", build)
        opening.change_session(session_id=session.id, caller_id=streamer.pk, changes={"title": "Night"})
        return found

    monkeypatch.setattr(channel_snapshots, "build", slowly)
    assert watching()["session"]["title"] == ""
    assert watching()["session"]["title"] == "Night"


def test_what_happens_to_others_leaves_the_snapshot_alone(watching, goal, django_assert_num_queries):
    watching()
    make_funding(make_session(make_user()))
    run_due()
    with django_assert_num_queries(4):
        watching()


def test_a_cache_that_is_lost_is_built_again(watching, goal):
    before = watching()
    cache.clear()
    assert watching() == before
