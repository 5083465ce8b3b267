"""Karaoke over HTTP: one a session at a time, a level a song."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.models import Goal
from livestream import clock, ids
from notifications.models import Push
from sessions_app.services import ending
from tests.support.clients import client_of, said
from tests.support.endings import cancel, make_karaoke, offering_session, perform
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_user
from tests.support.stage import PATIENCE, go_on_stage
from tests.support.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

SONGS = [{"title": "月亮代表我的心", "target": 200}, {"title": "甜蜜蜜", "target": 380}]


@pytest.fixture
def session(moving):
    return offering_session()


@pytest.fixture
def make(session):
    """Ask for a karaoke: as the session's streamer where nobody else is named."""

    def post(by=session.streamer, **changes):
        body = {"session_id": session.id, "levels": SONGS, **changes}
        body = {name: value for name, value in body.items() if value is not ...}
        return client_of(by).post("/goals?type=karaoke", body, format="json")

    return post


def shown(session):
    return client_of(make_user()).get(f"/sessions/{session.id}").json()["karaoke_goal"]


def test_a_karaoke_is_made_and_embedded_in_its_session(make, session):
    made = make()
    goal = Goal.objects.get()
    assert made.status_code == 201
    assert made.json() == {
        "id": goal.id,
        "version": 1,
        "type": "karaoke",
        "active": True,
        "state": "active",
        "progress": 0,
        "unit": "seconds",
        "level": 0,
        "levels": SONGS,
        "nbf": None,
        "exp": None,
        "remaining": SONGS[-1]["target"],
        "due_at": None,
        "server_time": None,
        "conditions": {"session_id": session.id},
        "context": {"type": "karaoke"},
        "metadata": {"user_id": session.streamer_id, "user_name": session.streamer.username},
        "outcome": None,
        "ended_because": None,
    }
    assert shown(session) == {
        "goal": goal.id,
        "version": 1,
        "progress": 0,
        "level": 0,
        "levels": SONGS,
        "ended": None,
    }


def test_a_karaoke_can_be_made_for_later(moving, make):
    nbf = clock.to_epoch(clock.now()) + 60
    made = make(nbf=nbf)
    assert (made.json()["state"], made.json()["nbf"]) == ("scheduled", nbf)
    pass_time(moving, seconds=60)
    assert Goal.objects.get().state == "active"


@pytest.mark.parametrize("state", ["active", "scheduled"])
def test_there_is_one_at_a_time(make, session, state):
    make(nbf=clock.to_epoch(clock.now()) + 60 if state == "scheduled" else None)
    with nothing_changes():
        assert said(make()) == (409, "karaoke_already_active")


def test_after_the_end_there_may_be_another_which_the_session_shows(make, session):
    first = cancel(Goal.objects.get(pk=make().json()["id"]))
    assert shown(session)["ended"] == clock.to_epoch(first.ended_at)
    second = make().json()
    assert (shown(session)["goal"], shown(session)["ended"]) == (second["id"], None)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"session_id": ...}, "/session_id", "required"),
        ({"session_id": "x"}, "/session_id", "invalid_id"),
        ({"levels": ...}, "/levels", "required"),
        ({"levels": None}, "/levels", "null"),
        ({"levels": "songs"}, "/levels", "not_a_list"),
        ({"levels": []}, "/levels", "min_length"),
        ({"levels": SONGS * 51}, "/levels", "max_length"),
        ({"levels": [{"target": 5}]}, "/levels/0/title", "required"),
        ({"levels": [{"title": "a"}]}, "/levels/0/target", "required"),
        ({"levels": [{"title": "a", "target": 0}]}, "/levels/0/target", "min_value"),
        ({"levels": [{"title": "a", "target": -5}]}, "/levels/0/target", "min_value"),
        ({"levels": [{"title": "a", "target": 2**63}]}, "/levels/0/target", "max_value"),
        ({"levels": [{"title": "a", "target": 1.5}]}, "/levels/0/target", "invalid"),
        ({"levels": [{"title": 7, "target": 5}]}, "/levels/0/title", "invalid"),
        ({"levels": [{"title": "a", "target": 5, "price": 1}]}, "/levels/0/price", "unknown_member"),
        ({"levels": [SONGS[1], SONGS[0]]}, "/levels", "targets_not_rising"),
        ({"levels": [SONGS[0], SONGS[0]]}, "/levels", "targets_not_rising"),
        ({"nbf": "now"}, "/nbf", "invalid_epoch"),
        ({"nbf": 2**40}, "/nbf", "epoch_out_of_range"),
        ({"exp": 1_777_665_600}, "/exp", "unknown_member"),
        ({"user_id": "a" * 24}, "/user_id", "unknown_member"),
    ],
)
def test_bad_members_are_pointed_at_and_nothing_happens(make, changes, pointer, code):
    with nothing_changes():
        response = make(**changes)
    assert said(response) == (400, "validation_error")
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in response.json()["errors"]]


def test_only_the_streamer_of_an_active_session_makes_one(make, session):
    support = make_user(is_staff=True)
    with nothing_changes():
        assert said(make(by=None)) == (401, "not_authenticated")
        assert said(make(by=support)) == (403, "not_your_session")
        assert said(make(session_id=ids.new_id())) == (404, "session_not_found")
    ending.deactivate_session(session_id=session.id, now=clock.now())
    with nothing_changes():
        assert said(make()) == (409, "session_not_active")


def test_the_player_is_commanded_and_everybody_sees_each_song(moving, session):
    goal, streamer = make_karaoke(session), session.streamer_id
    run_due()
    [command] = Push.objects.filter(event="external.command")
    assert command.channels == [f"private-user@{streamer}"]
    assert (command.data["command"], command.data["goal_id"]) == ("karaoke.start", goal.id)
    perform(moving, goal, seconds=10)
    updates = Push.objects.filter(event="session.karaoke_goal.updated").order_by("id")
    assert {channel for push in updates for channel in push.channels} == {
        f"private-stream@{streamer}",
        f"presence-stream@{streamer}",
        f"private-user@{streamer}",
    }
    assert [push.data["goal"]["level"] for push in updates] == [0, 1]
    assert (shown(session)["progress"], shown(session)["level"]) == (10, 1)


def test_each_song_is_told_once_and_the_last_one_ends_it(moving, session):
    goal = make_karaoke(session)
    go_on_stage(goal)
    pass_time(moving, seconds=30 + PATIENCE + 1)
    told = Push.objects.filter(subject=goal.id, event="goal.ended")
    assert {push.data["goal"]["outcome"] for push in told} == {"completed"}
    assert shown(session)["ended"] == clock.to_epoch(clock.now() - timedelta(seconds=1))
