"""Seed 004: create a show goal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from livestream import clock
from notifications.models import Push
from tests.support.matrix import events_of_goal, last_event, receivers_of
from tests.support.outbox import assert_enqueued, pass_time, run_due
from tests.support.people import make_show
from tests.support.shows import asked_of_rtc, reached_funding, recorded_show, running_show

pytestmark = pytest.mark.django_db

# event → those who act; whoever the seed marks "return" is not among them
CREATED = {"track_goals", "bind_show_goal_to_funding_goal", "bind_show_goals_to_session", "schedule_lifecycle_tasks"}
ADDED = {
    "generate_livestream_feed",
    "trigger_notify_goal_added",
    "notify_stream_authorized",
    "notify_ticket_holders",
    "invalidate_cached_pusher_channel_data",
}
STARTED = {
    "notify_show_goal_started",
    "record_show_with_rtc",
    "invalidate_cached_pusher_channel_data",
    "notify_stream_authorized",
    "notify_ticket_holders",
}


@pytest.mark.parametrize(
    ("event", "acting"), [("goal.created", CREATED), ("goal.added", ADDED), ("goal.started", STARTED)]
)
def test_these_receivers_act_and_all_others_return(moving, event, acting):
    show = running_show(moving)
    assert receivers_of(event, goal_id=show.id) == acting


def test_the_events_say_what_the_seed_lists(moving):
    funding = reached_funding(moving)
    nbf = clock.now() + timedelta(seconds=60)
    show = make_show(funding, nbf=nbf)

    event = last_event("goal.created", goal_id=show.id)
    assert (event.type, event.nbf, event.exp) == ("show", nbf, None)
    assert event.conditions == {"session_id": show.session_id}
    assert event.levels == ({"title": "Show", "target": 60},)
    assert event.metadata == {"user_id": show.streamer_id}
    assert event.context == {
        "type": "show",
        "funding_goal_id": funding.id,
        "session_id": show.session_id,
        "ticket_product_id": "livestream-show-ticket_200",
        "ticket_product_type": "show",
    }
    assert last_event("goal.added", goal_id=show.id).streamer_id == show.streamer_id


def test_the_show_is_bound_to_its_funding_goal_and_to_the_session(moving):
    show = make_show(reached_funding(moving))
    assert show.funding_goal.show_goal_id is None  # read before
    show.funding_goal.refresh_from_db()
    assert show.funding_goal.show_goal_id == show.id
    [pair] = show.session.show_goal_pairs.all()
    assert (pair.funding_goal_id, pair.show_goal_id) == (show.funding_goal_id, show.id)


def test_activate_goal_is_triggered_with_eta_nbf(moving):
    nbf = clock.now() + timedelta(seconds=60)
    show = make_show(reached_funding(moving), nbf=nbf)
    assert_enqueued("activate_goal", at=nbf, goal_id=show.id)
    assert events_of_goal(show.id) == ["goal.created", "goal.added"]

    pass_time(moving, seconds=61)
    assert events_of_goal(show.id) == ["goal.created", "goal.added", "goal.started"]


@pytest.mark.parametrize("name", ["goal.added", "goal.started"])
def test_the_audience_the_streamer_and_the_ticket_holders_are_told(moving, name):
    show = running_show(moving)
    streamer = show.streamer_id
    everybody = {f"presence-stream@{streamer}", f"private-stream@{streamer}", f"private-user@{streamer}"}
    holders = show.funding_goal.contribution_set.values_list("payer_id", flat=True)
    everybody |= {f"private-user@{viewer}" for viewer in holders}
    told = [set(push.channels) for push in Push.objects.filter(event=name, subject=show.id)]
    assert set.union(*told) == everybody


def test_every_ticket_holder_is_authorized_for_the_preview_and_for_sd(moving, pusher_server):
    show = running_show(moving, target=60)
    run_due()
    viewers = show.funding_goal.contribution_set.values_list("payer_id", flat=True)
    told = {channel: data for channel, event, data in pusher_server.told if event == "stream.authorized"}
    assert set(told) == {
        f"presence-stream-viewer@{show.streamer_id}.{quality}.{viewer}"
        for viewer in viewers
        for quality in ("preview", "sd")
    }
    with_token = {name for name, data in told.items() if {"token", "byteplus_token", "byteplus_rtc_info"} <= set(data)}
    assert with_token == {name for name in told if ".sd." in name}
    # The notes subtract seconds from milliseconds; the grant ends when the show can be over.
    assert {data["exp"] for data in told.values()} == {clock.to_epoch(clock.now()) + 60}


def test_the_recording_is_started(moving):
    show = recorded_show(moving)
    assert asked_of_rtc(show) == ["StartRecord"]
