"""The streamer's client leaves the stream, and comes back or does not; viewers come and go."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from livestream import clock, ids
from livestream.models import OutboxMessage
from notifications.models import Push
from sessions_app.models import StreamerPresence
from sessions_app.services import ending, opening
from tests.notifications.webhooks import body_of, now_ms, post
from tests.support.outbox import assert_enqueued, next_eta, pass_time, run_due
from tests.support.people import make_session, make_user

pytestmark = pytest.mark.django_db

COUNTDOWN = 60
CAME, LEFT = "member_added", "member_removed"


@pytest.fixture
def session(moving):
    return make_session()


def told(*what, ago=0, **details):
    """Have Pusher tell what happened on the streamer's own stream, all in one webhook."""
    events = [event_of(name, user_id, **details) for name, user_id in what]
    deliver(body_of(*events, time_ms=now_ms(ago=ago)))


def event_of(name, user_id, channel=None, streamer_id=None):
    channel = channel or f"presence-stream@{streamer_id or user_id}"
    return {"name": name, "channel": channel, "user_id": user_id, "n": ids.new_id()}


def deliver(body):
    assert post(Client(), body).status_code == 200
    run_due()


def is_live(session):
    session.refresh_from_db()
    return session.active


def counting_down():
    return OutboxMessage.objects.filter(actor="end_after_countdown").exists()


def test_a_streamer_who_stays_away_ends_the_session(moving, session):
    told((LEFT, session.streamer_id))
    assert_enqueued("end_after_countdown", at=clock.now() + timedelta(seconds=COUNTDOWN), session_id=session.id)
    pass_time(moving, seconds=COUNTDOWN - 1)
    assert is_live(session)
    pass_time(moving, seconds=1)
    assert not is_live(session)


def test_a_streamer_who_comes_back_in_time_goes_on(moving, session):
    told((LEFT, session.streamer_id))
    pass_time(moving, seconds=COUNTDOWN - 1)
    told((CAME, session.streamer_id))
    assert not counting_down()
    pass_time(moving, seconds=10 * COUNTDOWN)
    assert is_live(session)


def test_each_absence_has_a_countdown_of_its_own(moving, session):
    told((LEFT, session.streamer_id))
    pass_time(moving, seconds=30)
    told((CAME, session.streamer_id))
    pass_time(moving, seconds=10)
    told((LEFT, session.streamer_id))
    pass_time(moving, seconds=COUNTDOWN - 1)
    assert is_live(session)
    pass_time(moving, seconds=1)
    assert not is_live(session)


def test_being_told_again_that_they_left_prolongs_nothing(moving, session):
    body = body_of(event_of(LEFT, session.streamer_id))
    deliver(body)
    pass_time(moving, seconds=30)
    deliver(body)
    told((LEFT, session.streamer_id))
    pass_time(moving, seconds=30)
    assert not is_live(session)


def test_a_leave_that_arrives_after_a_newer_join_does_nothing(moving, session):
    moving.advance(seconds=20)
    told((CAME, session.streamer_id))
    told((LEFT, session.streamer_id), ago=10)
    assert not counting_down()
    pass_time(moving, seconds=COUNTDOWN)
    assert is_live(session)


def test_a_join_that_is_older_than_the_leave_stops_nothing(moving, session):
    moving.advance(seconds=20)
    told((LEFT, session.streamer_id))
    told((CAME, session.streamer_id), ago=10)
    pass_time(moving, seconds=COUNTDOWN)
    assert not is_live(session)


@pytest.mark.parametrize(("order", "stays"), [([LEFT, CAME], True), ([CAME, LEFT], False)])
def test_of_one_webhook_the_last_word_counts(moving, session, order, stays):
    told(*((name, session.streamer_id) for name in order))
    pass_time(moving, seconds=COUNTDOWN)
    assert is_live(session) == stays


def test_only_the_streamers_own_presence_counts(moving, session):
    viewer, other = make_user().pk, make_session().streamer_id
    told((LEFT, viewer), streamer_id=session.streamer_id)
    told((LEFT, other), streamer_id=session.streamer_id)
    told((LEFT, session.streamer_id), channel=f"presence-stream@{other}")
    told(("channel_vacated", session.streamer_id), channel=f"private-stream@{session.streamer_id}")
    told((LEFT, ids.new_id()))
    assert not counting_down()
    assert not StreamerPresence.objects.exists()


def test_an_empty_stream_has_no_streamer_in_it_even_if_their_leave_was_lost(moving, session):
    told((CAME, session.streamer_id))
    told(("channel_vacated", session.streamer_id))
    assert counting_down()


def test_an_empty_stream_says_nothing_of_a_streamer_who_never_came(moving, session):
    told(("channel_vacated", session.streamer_id))
    assert not counting_down()


def test_a_leave_that_comes_as_both_webhooks_is_counted_down_from_once(moving, session):
    told((LEFT, session.streamer_id))
    over_at = next_eta(after=moving.at)
    moving.advance(seconds=5)
    told(("channel_vacated", session.streamer_id))
    assert next_eta(after=moving.at) == over_at


def test_who_has_no_session_is_missed_by_nobody(moving, session):
    ending.deactivate_session(session_id=session.id, now=clock.now())
    told((LEFT, session.streamer_id))
    assert not counting_down()
    opening.open_session(streamer_id=session.streamer_id, now=clock.now())
    pass_time(moving, seconds=COUNTDOWN)
    assert session.streamer.sessions.filter(active=True).exists()


def test_an_end_that_was_asked_for_waits_for_no_countdown_and_stops_it(moving, session):
    told((LEFT, session.streamer_id))
    ending.end_session(session_id=session.id, caller_id=session.streamer_id, now=clock.now())
    run_due()
    assert not is_live(session)
    assert not counting_down()


@pytest.mark.parametrize("kind", ["presence-stream@{streamer}", "presence-stream-viewer@{streamer}.sd.{viewer}"])
def test_the_streamer_hears_of_each_viewer_who_comes_and_goes(moving, session, kind):
    viewer, streamer = make_user().pk, session.streamer_id
    channel = kind.format(streamer=streamer, viewer=viewer)
    told((CAME, viewer), channel=channel)
    moving.advance(seconds=5)
    told((LEFT, viewer), channel=channel)
    heard = Push.objects.filter(event__startswith="user.").order_by("id")
    now = clock.to_epoch(clock.now())
    assert [(push.channels, push.event, push.data["at"]) for push in heard] == [
        ([f"private-user@{streamer}"], "user.entered", now - 5),
        ([f"private-user@{streamer}"], "user.left", now),
    ]
    assert {(push.data["user_id"], push.data["channel"]) for push in heard} == {(viewer, channel)}


def test_nobody_is_told_of_the_streamers_own_coming(session):
    told((CAME, session.streamer_id))
    assert not Push.objects.filter(event__startswith="user.").exists()


def test_every_coming_and_going_is_tracked_once(session):
    viewer = make_user().pk
    body = body_of(event_of(CAME, viewer, streamer_id=session.streamer_id))
    deliver(body)
    deliver(body)
    lines = [json.loads(line) for line in Path(settings.ANALYTICS_PATH).read_text().splitlines()]
    [tracked] = [line for line in lines if line["user_id"] == viewer]
    assert tracked["event"] == "channel_occupied"
    assert tracked["properties"] == {
        "channel": f"presence-stream@{session.streamer_id}",
        "room": "stream",
        "subject_id": session.streamer_id,
        "seen_at": clock.to_epoch(clock.now()),
    }
