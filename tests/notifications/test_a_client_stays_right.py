"""A client that follows docs/realtime.md is right in the end, in whatever order and however often it hears pushes."""

from __future__ import annotations

import random

import pytest

from goals.models import Goal
from livestream import clock
from notifications import channels
from notifications.models import Push
from tests.domain.world import START
from tests.notifications.shows import enter_stage, pushed, running_show
from tests.notifications.webhooks import body_of, member, post
from tests.support.busy_session import BusySession
from tests.support.clients import client_of
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_user

pytestmark = pytest.mark.django_db

# What a push and an answer at another moment have in common; the rest tells the moment itself.
OF_THE_MOMENT = {"remaining", "due_at", "server_time", "breakdown", "breakdown_names"}


class Listener:
    """The few lines of the page, in Python."""

    def __init__(self) -> None:
        self.goals: dict[str, dict] = {}
        self.seen: set[str] = set()

    def take(self, data):
        goal = data.get("goal")
        if data["push_id"] in self.seen or goal is None:
            return
        self.seen.add(data["push_id"])
        known = self.goals.get(goal["id"], {})
        if known.get("version", 0) <= goal["version"]:
            self.goals[goal["id"]] = known | goal


def lasting(goal):
    return {name: value for name, value in goal.items() if name not in OF_THE_MOMENT}


def test_pushes_in_any_order_and_doubled_lead_to_what_the_api_answers(moving):
    moving.at = START
    busy = BusySession(moving)
    busy.everything_before_the_show()
    busy.everything_until_the_end(busy.a_show_begins())
    run_due()
    pass_time(moving, seconds=1)
    asker = client_of(make_user())
    answers = {goal_id: asker.get(f"/goals/{goal_id}").json() for goal_id in Goal.objects.values_list("id", flat=True)}
    heard = [push.data for push in Push.objects.all() if push.channels[0].startswith("private-stream@")]
    assert len(heard) > len(answers) > 5
    for seed in range(20):
        order, listener = random.Random(seed), Listener()  # noqa: S311 - only an order
        for data in order.sample(heard, len(heard)) + order.sample(heard, len(heard) // 2):
            listener.take(data)
        assert {each: lasting(goal) for each, goal in listener.goals.items()} == {
            each: lasting(goal) for each, goal in answers.items()
        }


def test_the_stage_is_heard_at_once_and_the_snapshot_shows_it_at_once(session, moving, viewer, client, streamer):
    show = running_show(session, moving, viewer, target=60)
    reader, name = client_of(make_user()), channels.audience(streamer.pk)[0]

    def shown():
        [goal] = [goal for goal in reader.get(f"/notify/channels/{name}").json()["goals"] if goal["id"] == show.id]
        return goal["context"]

    assert "started" not in shown()
    enter_stage(show)
    pass_time(moving, seconds=10)
    assert shown()["started"] == clock.to_epoch(moving.at) - 10
    assert dict(pushed("goal.progress.updated"))[name]["goal"]["context"] == shown()
    left = body_of(member("member_removed", goal_id=show.id, user_id=streamer.pk))
    assert post(client, left).status_code == 200
    pass_time(moving, seconds=1)
    assert shown()["paused"] == clock.to_epoch(moving.at) - 1
    last = [data["goal"] for channel, data in pushed("goal.progress.updated") if channel == name][-1]
    assert (last["context"], last["progress"]) == (shown(), 10)
